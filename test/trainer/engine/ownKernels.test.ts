import { afterAll, describe, expect, test } from 'vitest';
import { elementCount } from '../../../src-main/trainer/engine/ops.ts';
import { mixedPrecisionOps } from '../../../src-main/trainer/engine/mixedPrecision.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { tensorflowOps } from '../../../src-main/trainer/engine/tensorflowOps.ts';
import { tensorflowBinding } from '../tensorflow.ts';
import { outputsOf } from './opCase.ts';
import { opCases } from './opCases/index.ts';

// ops.test.ts tests the kernels for the instructions that this processor prefers; here those that nearly every processor has.
const ops = tensorflowOps(await tensorflowBinding(), { ownKernels: true, instructions: 'AVX2' });
afterAll(ops.close);

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));
const deviation = (found: ArrayLike<number>, right: ArrayLike<number>): number =>
  largest(Array.from(right, (value, index) => (found[index] ?? NaN) - value)) / largest(right);

const ofOwnKernels = opCases.filter(({ name, inputs }) => {
  const channels = Object.values(inputs)[0]?.shape.at(-1) ?? 0;
  return /by 3×3|batchNorm/i.test(name) && channels % 16 === 0;
});

test('the engine says that it uses them', () => {
  expect(ops.name).toMatch(/own kernels on AVX2/);
  expect(ofOwnKernels.length).toBeGreaterThan(5);
});

describe('kernels for AVX2 compute what the reference does, and the same bits each time', () => {
  test.each(ofOwnKernels)('$name', (opCase) => {
    const right = outputsOf(referenceOps(), opCase);
    const found = outputsOf(ops, opCase);
    expect(outputsOf(ops, opCase)).toEqual(found);
    for (const [name, { data }] of Object.entries(right)) {
      expect(deviation(found[name]?.data ?? [], data), name).toBeLessThan(1e-5);
    }
  });
});

/** Of a convolution in bfloat16 from what it is in float64: only its inputs (½ unit of 2⁻⁸) and its output are rounded, no sum. */
test.each([1, 2])('in bfloat16 a convolution of stride %i rounds its ends alone', (stride) => {
  const [shape, kernelShape] = [
    [2, 9, 12, 64],
    [3, 3, 64, 32],
  ];
  const half = mixedPrecisionOps(ops);
  const coarse = (sizes: readonly number[], seed: number): Float32Array =>
    // eighths in [−2, 2]: exact in bfloat16
    Float32Array.from({ length: elementCount(sizes) }, (_, index) => (((index * 37 + seed) % 33) - 16) / 8);
  const convolve = (table: typeof ops): ArrayLike<number>[] => {
    const x = table.upload(coarse(shape, 5), shape);
    const kernel = table.upload(coarse(kernelShape, 11), kernelShape);
    const y = table.conv2d(x, kernel, { stride, padding: 1 });
    const dx = table.conv2dInputGrad(y, kernel, shape, { stride, padding: 1 });
    const results = [table.download(y), table.download(dx)];
    [x, kernel, y, dx].forEach(table.dispose);
    return results;
  };
  const [y = [], dx = []] = convolve(half);
  const [rightY = [], rightDx = []] = convolve(referenceOps());
  expect(deviation(y, rightY)).toBeLessThan(2 ** -8);
  expect(deviation(dx, rightDx)).toBeLessThan(2 ** -7); // of the rounded y
});

test('a call that does not fit is refused in words, and the engine lives on', () => {
  const image = ops.upload(new Float32Array(4 * 4 * 16), [1, 4, 4, 16]);
  const kernel = ops.upload(new Float32Array(9 * 32 * 16), [3, 3, 32, 16]);
  expect(() => ops.conv2d(image, kernel, { stride: 1, padding: 1 })).toThrow(/I and O multiples of 16/);
  const fitting = ops.upload(new Float32Array(9 * 16 * 16), [3, 3, 16, 16]);
  const y = ops.conv2d(image, fitting, { stride: 1, padding: 1 });
  expect(y.shape).toEqual([1, 4, 4, 16]);
  [image, kernel, fitting, y].forEach(ops.dispose);
});
