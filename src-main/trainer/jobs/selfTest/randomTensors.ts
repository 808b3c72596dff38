import type { RandomStream } from '../../data/rng.ts';
import { elementCount, type Ops, type Tensor } from '../../engine/ops.ts';
import type { Batch } from '../../batchObjective.ts';

/** Numbers that are drawn before they repeat: drawing millions would take longer than what they are for. */
const period = 65_521;

/** float32 of any shape, its elements drawn from N(0, 1). */
export const randomTensor = (ops: Ops, random: RandomStream, shape: readonly number[]): Tensor => {
  const count = elementCount(shape);
  const drawn = Float32Array.from({ length: Math.min(count, period) }, () => random.normal());
  const values = new Float32Array(count);
  for (let start = 0; start < count; start += period) values.set(drawn.subarray(0, count - start), start);
  return ops.upload(values, shape);
};

/** Images of noise with labels at random. */
export const randomBatch = (
  ops: Ops,
  random: RandomStream,
  inputShape: readonly number[],
  classes: number,
  size: number,
): Batch => {
  const images = randomTensor(ops, random, [size, ...inputShape]);
  const narrow = ops.upload(
    Int32Array.from({ length: size }, () => random.integer(classes)),
    [size],
  );
  const labels = ops.cast(narrow, 'int64');
  ops.dispose(narrow);
  return { images, labels };
};

export const disposeBatch = (ops: Ops, { images, labels }: Batch): void => {
  ops.dispose(images);
  ops.dispose(labels);
};
