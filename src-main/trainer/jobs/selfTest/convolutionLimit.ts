import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Precision } from '../../../../shared/runConfig.ts';
import { randomStream } from '../../data/rng.ts';
import type { Ops, Tensor } from '../../engine/ops.ts';
import { randomTensor } from './randomTensors.ts';

const [batchSize, side, channels, kernelSide] = [128, 32, 64, 3];
const gflop = (2 * 3 * batchSize * side ** 2 * channels ** 2 * kernelSide ** 2) / 1e9;

/**
 * What a 3×3 convolution of 64 to 64 channels reaches at 32×32 and batch 128, forward and both gradients together, in GFLOP/s: the
 * fastest of all tries. No residual network of these channels trains faster. Yields after each try.
 * @param passes - the op table of the precision.
 */
export async function* convolutionLimit(
  ops: Ops,
  passes: Ops,
  precision: Precision,
  tries: number,
): AsyncGenerator<void, number> {
  const random = randomStream(0, 'augmentation');
  const typed = (shape: readonly number[]): Tensor => {
    const drawn = randomTensor(ops, random, shape);
    if (precision === 'float32') return drawn;
    const cast = ops.cast(drawn, precision);
    ops.dispose(drawn);
    return cast;
  };
  const x = typed([batchSize, side, side, channels]);
  const kernel = typed([kernelSide, kernelSide, channels, channels]);
  const convolution = { stride: 1, padding: 1 };
  let fastestMs = Infinity;
  // One more than asked for: the first also compiles.
  for (let attempt = 0; attempt <= tries; attempt++) {
    await setImmediate();
    const start = performance.now();
    const made = [
      passes.conv2d(x, kernel, convolution),
      passes.conv2dFilterGrad(x, x, kernel.shape, convolution),
      passes.conv2dInputGrad(x, kernel, x.shape, convolution),
    ];
    ops.synchronize();
    fastestMs = Math.min(fastestMs, performance.now() - start);
    made.forEach(ops.dispose);
    yield;
  }
  [x, kernel].forEach(ops.dispose);
  return (1000 * gflop) / fastestMs;
}
