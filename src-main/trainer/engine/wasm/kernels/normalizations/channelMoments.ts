import { address, argument, multiplyAdd } from '../task';
import { rowsPerChunk } from './chunks';
import { ChannelMoments } from './table';

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
