import { address, argument, floatArgument, multiplyAdd } from '../task';
import { LayerNorm, LayerNormInputGrad } from './table';
import { storeSome } from './vectors';

/** x̂ = (x − mean)·inverse over a row's channels, and x̂·scale + offset. */
export function layerNorm(task: i32): void {
  const channels = argument(LayerNorm.channels);
  const first = task * argument(LayerNorm.rowsPerTask);
  const last = min(argument(LayerNorm.rows), first + argument(LayerNorm.rowsPerTask));
  const epsilon = floatArgument(LayerNorm.epsilon);
  const bytes = (<usize>channels) << 2;
  for (let row = first; row < last; row++) {
    const start = address(LayerNorm.x) + <usize>row * bytes;
    const end = start + bytes;
    let sum: f64 = 0;
    for (let at = start; at < end; at += 4) sum += <f64>load<f32>(at);
    const mean = <f32>(sum / <f64>channels);
    let squares: f64 = 0;
    for (let at = start; at < end; at += 4) {
      const deviation = <f64>(load<f32>(at) - mean);
      squares += deviation * deviation;
    }
    const inverse = <f32>(1 / sqrt<f64>(squares / <f64>channels + <f64>epsilon));
    store<f32>(address(LayerNorm.inverse) + ((<usize>row) << 2), inverse);
    const normalised = address(LayerNorm.normalised) + <usize>row * bytes;
    const output = address(LayerNorm.to) + <usize>row * bytes;
    for (let offset: usize = 0; offset < bytes; offset += 16) {
      const value = f32x4.mul(f32x4.sub(v128.load(start + offset), f32x4.splat(mean)), f32x4.splat(inverse));
      storeSome(normalised + offset, value, bytes - offset);
      const scaled = multiplyAdd(
        value,
        v128.load(address(LayerNorm.scale) + offset),
        v128.load(address(LayerNorm.offset) + offset),
      );
      storeSome(output + offset, scaled, bytes - offset);
    }
  }
}

/** With g = dy·scale: inverse·(g − mean of g − x̂·mean of g·x̂). */
export function layerNormInputGrad(task: i32): void {
  const channels = argument(LayerNormInputGrad.channels);
  const first = task * argument(LayerNormInputGrad.rowsPerTask);
  const last = min(argument(LayerNormInputGrad.rows), first + argument(LayerNormInputGrad.rowsPerTask));
  const bytes = (<usize>channels) << 2;
  const scale = address(LayerNormInputGrad.scale);
  for (let row = first; row < last; row++) {
    const dy = address(LayerNormInputGrad.dy) + <usize>row * bytes;
    const normalised = address(LayerNormInputGrad.normalised) + <usize>row * bytes;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let offset: usize = 0; offset < bytes; offset += 4) {
      const gradient = load<f32>(dy + offset) * load<f32>(scale + offset);
      sum += <f64>gradient;
      product += <f64>(gradient * load<f32>(normalised + offset));
    }
    const mean = f32x4.splat(<f32>(sum / <f64>channels));
    const slope = f32x4.splat(<f32>(product / <f64>channels));
    const inverse = v128.load_splat<f32>(address(LayerNormInputGrad.inverse) + ((<usize>row) << 2));
    const to = address(LayerNormInputGrad.to) + <usize>row * bytes;
    for (let offset: usize = 0; offset < bytes; offset += 16) {
      const gradient = f32x4.mul(v128.load(dy + offset), v128.load(scale + offset));
      const centred = f32x4.sub(f32x4.sub(gradient, mean), f32x4.mul(v128.load(normalised + offset), slope));
      storeSome(to + offset, f32x4.mul(centred, inverse), bytes - offset);
    }
  }
}
