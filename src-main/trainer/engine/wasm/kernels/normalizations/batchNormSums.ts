import { address, argument, multiplyAdd } from '../task';
import { rowsPerChunk } from './chunks';
import { BatchNormSums } from './table';

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
