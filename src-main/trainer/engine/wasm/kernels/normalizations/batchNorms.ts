import { address, argument, multiplyAdd } from '../task';
import { BatchNormInputGrad, BatchNormSums, ChannelMoments, Normalise } from './table';

/** Rows that are read twice are few enough to stay in the first-level cache. */
function rowsPerChunk(channels: i32): i32 {
  return max(8, 4096 / channels);
}

/** Merges a chunk's mean and squared deviations into the running ones: Chan, Golub & LeVeque 1983, eq. 2.1. */
function merge(moments: usize, channels: i32, channel: i32, before: f64, rows: f64, mean: f32, squares: f32): void {
  const at = moments + ((<usize>channel) << 3);
  const second = at + ((<usize>channels) << 3);
  const old = load<f64>(at);
  const delta = <f64>mean - old;
  const all = before + rows;
  store<f64>(at, old + (delta * rows) / all);
  store<f64>(second, load<f64>(second) + <f64>squares + (delta * delta * before * rows) / all);
}

function mergeFour(
  moments: usize,
  channels: i32,
  channel: i32,
  before: f64,
  rows: f64,
  mean: v128,
  squares: v128,
): void {
  merge(moments, channels, channel, before, rows, f32x4.extract_lane(mean, 0), f32x4.extract_lane(squares, 0));
  merge(moments, channels, channel + 1, before, rows, f32x4.extract_lane(mean, 1), f32x4.extract_lane(squares, 1));
  merge(moments, channels, channel + 2, before, rows, f32x4.extract_lane(mean, 2), f32x4.extract_lane(squares, 2));
  merge(moments, channels, channel + 3, before, rows, f32x4.extract_lane(mean, 3), f32x4.extract_lane(squares, 3));
}

/** Mean and squared deviations from it, per channel, of a chunk of rows. */
function chunkMoments(x: usize, rows: i32, channels: i32, moments: usize, before: f64): void {
  const rowBytes = (<usize>channels) << 2;
  const end = x + <usize>rows * rowBytes;
  const share = f32x4.splat(<f32>1 / <f32>rows);
  let channel = 0;
  for (; channel + 16 <= channels; channel += 16) {
    const start = x + ((<usize>channel) << 2);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at = start; at < end; at += rowBytes) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    s0 = f32x4.mul(s0, share);
    s1 = f32x4.mul(s1, share);
    s2 = f32x4.mul(s2, share);
    s3 = f32x4.mul(s3, share);
    let q0 = f32x4.splat(0);
    let q1 = q0;
    let q2 = q0;
    let q3 = q0;
    for (let at = start; at < end; at += rowBytes) {
      const d0 = f32x4.sub(v128.load(at), s0);
      q0 = multiplyAdd(d0, d0, q0);
      const d1 = f32x4.sub(v128.load(at, 16), s1);
      q1 = multiplyAdd(d1, d1, q1);
      const d2 = f32x4.sub(v128.load(at, 32), s2);
      q2 = multiplyAdd(d2, d2, q2);
      const d3 = f32x4.sub(v128.load(at, 48), s3);
      q3 = multiplyAdd(d3, d3, q3);
    }
    mergeFour(moments, channels, channel, before, rows, s0, q0);
    mergeFour(moments, channels, channel + 4, before, rows, s1, q1);
    mergeFour(moments, channels, channel + 8, before, rows, s2, q2);
    mergeFour(moments, channels, channel + 12, before, rows, s3, q3);
  }
  for (; channel < channels; channel++) {
    const start = x + ((<usize>channel) << 2);
    let sum: f32 = 0;
    for (let at = start; at < end; at += rowBytes) sum += load<f32>(at);
    const mean = sum / <f32>rows;
    let squares: f32 = 0;
    for (let at = start; at < end; at += rowBytes) {
      const deviation = load<f32>(at) - mean;
      squares += deviation * deviation;
    }
    merge(moments, channels, channel, before, rows, mean, squares);
  }
}

/** A task computes mean and Σ(x − mean)² per channel of its rows: float64 [2][C]. */
export function channelMoments(task: i32): void {
  const channels = argument(ChannelMoments.channels);
  const first = task * argument(ChannelMoments.rowsPerTask);
  const rows = min(argument(ChannelMoments.rowsPerTask), argument(ChannelMoments.rows) - first);
  const moments = address(ChannelMoments.moments) + ((<usize>(task * 2 * channels)) << 3);
  const chunk = rowsPerChunk(channels);
  memory.fill(moments, 0, (<usize>channels) << 4);
  for (let row = 0; row < rows; row += chunk) {
    const x = address(ChannelMoments.x) + ((<usize>((first + row) * channels)) << 2);
    chunkMoments(x, min(chunk, rows - row), channels, moments, row);
  }
}

/** (x − mean)·factor + offset. Constants are [mean, factor, offset][period]; a task is a number of whole periods. */
export function normalise(task: i32): void {
  const period = argument(Normalise.period);
  const first = task * argument(Normalise.elementsPerTask);
  const count = min(argument(Normalise.elementsPerTask), argument(Normalise.elements) - first);
  const periodBytes = (<usize>period) << 2;
  const constants = address(Normalise.constants);
  let from = address(Normalise.x) + ((<usize>first) << 2);
  let to = address(Normalise.to) + ((<usize>first) << 2);
  const end = from + ((<usize>count) << 2);
  while (from < end) {
    let at = constants;
    const stop = min(from + periodBytes, end);
    for (; from + 16 <= stop; from += 16, to += 16, at += 16) {
      const centred = f32x4.sub(v128.load(from), v128.load(at));
      v128.store(to, multiplyAdd(centred, v128.load(at + periodBytes), v128.load(at + 2 * periodBytes)));
    }
    for (; from < stop; from += 4, to += 4, at += 4) {
      const centred = load<f32>(from) - load<f32>(at);
      store<f32>(to, centred * load<f32>(at + periodBytes) + load<f32>(at + 2 * periodBytes));
    }
  }
}

function addFour(sums: usize, values: v128): void {
  store<f64>(sums, load<f64>(sums) + <f64>f32x4.extract_lane(values, 0));
  store<f64>(sums, load<f64>(sums, 8) + <f64>f32x4.extract_lane(values, 1), 8);
  store<f64>(sums, load<f64>(sums, 16) + <f64>f32x4.extract_lane(values, 2), 16);
  store<f64>(sums, load<f64>(sums, 24) + <f64>f32x4.extract_lane(values, 3), 24);
}

/** Adds a chunk's Σ dy and Σ dy·(x − mean) to float64 sums [2][C]. */
function chunkSums(dy: usize, x: usize, mean: usize, rows: i32, channels: i32, sums: usize): void {
  const rowBytes = (<usize>channels) << 2;
  const products = sums + ((<usize>channels) << 3);
  const shift = x - dy;
  const end = dy + <usize>rows * rowBytes;
  let channel = 0;
  for (; channel + 8 <= channels; channel += 8) {
    const mean0 = v128.load(mean + ((<usize>channel) << 2));
    const mean1 = v128.load(mean + ((<usize>channel) << 2), 16);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let p0 = s0;
    let p1 = s0;
    for (let at = dy + ((<usize>channel) << 2); at < end; at += rowBytes) {
      const g0 = v128.load(at);
      const g1 = v128.load(at, 16);
      s0 = f32x4.add(s0, g0);
      s1 = f32x4.add(s1, g1);
      p0 = multiplyAdd(g0, f32x4.sub(v128.load(at + shift), mean0), p0);
      p1 = multiplyAdd(g1, f32x4.sub(v128.load(at + shift, 16), mean1), p1);
    }
    addFour(sums + ((<usize>channel) << 3), s0);
    addFour(sums + ((<usize>channel) << 3) + 32, s1);
    addFour(products + ((<usize>channel) << 3), p0);
    addFour(products + ((<usize>channel) << 3) + 32, p1);
  }
  for (; channel < channels; channel++) {
    let sum: f64 = 0;
    let product: f64 = 0;
    const centre = load<f32>(mean + ((<usize>channel) << 2));
    for (let at = dy + ((<usize>channel) << 2); at < end; at += rowBytes) {
      sum += <f64>load<f32>(at);
      product += <f64>(load<f32>(at) * (load<f32>(at + shift) - centre));
    }
    const to = (<usize>channel) << 3;
    store<f64>(sums + to, load<f64>(sums + to) + sum);
    store<f64>(products + to, load<f64>(products + to) + product);
  }
}

/** A task computes Σ dy and Σ dy·(x − mean) per channel of its rows: float64 [2][C]. */
export function batchNormSums(task: i32): void {
  const channels = argument(BatchNormSums.channels);
  const first = task * argument(BatchNormSums.rowsPerTask);
  const rows = min(argument(BatchNormSums.rowsPerTask), argument(BatchNormSums.rows) - first);
  const sums = address(BatchNormSums.sums) + ((<usize>(task * 2 * channels)) << 3);
  const chunk = rowsPerChunk(channels);
  memory.fill(sums, 0, (<usize>channels) << 4);
  for (let row = 0; row < rows; row += chunk) {
    const offset = (<usize>((first + row) * channels)) << 2;
    chunkSums(
      address(BatchNormSums.dy) + offset,
      address(BatchNormSums.x) + offset,
      address(BatchNormSums.mean),
      min(chunk, rows - row),
      channels,
      sums,
    );
  }
}

/** factor·(dy − meanDy − (x − mean)·slope). Constants are [mean, factor, meanDy, slope][period]. */
export function batchNormInputGrad(task: i32): void {
  const period = argument(BatchNormInputGrad.period);
  const first = task * argument(BatchNormInputGrad.elementsPerTask);
  const count = min(argument(BatchNormInputGrad.elementsPerTask), argument(BatchNormInputGrad.elements) - first);
  const periodBytes = (<usize>period) << 2;
  const constants = address(BatchNormInputGrad.constants);
  const shift = address(BatchNormInputGrad.x) - address(BatchNormInputGrad.dy);
  let from = address(BatchNormInputGrad.dy) + ((<usize>first) << 2);
  let to = address(BatchNormInputGrad.to) + ((<usize>first) << 2);
  const end = from + ((<usize>count) << 2);
  while (from < end) {
    let at = constants;
    const stop = min(from + periodBytes, end);
    for (; from + 16 <= stop; from += 16, to += 16, at += 16) {
      const centred = f32x4.sub(v128.load(from + shift), v128.load(at));
      const gradient = f32x4.sub(v128.load(from), v128.load(at + 2 * periodBytes));
      const slope = v128.load(at + 3 * periodBytes);
      v128.store(to, f32x4.mul(f32x4.sub(gradient, f32x4.mul(centred, slope)), v128.load(at + periodBytes)));
    }
    for (; from < stop; from += 4, to += 4, at += 4) {
      const centred = load<f32>(from + shift) - load<f32>(at);
      const gradient = load<f32>(from) - load<f32>(at + 2 * periodBytes);
      store<f32>(to, (gradient - centred * load<f32>(at + 3 * periodBytes)) * load<f32>(at + periodBytes));
    }
  }
}
