import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { elementCount, type Ops, type Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { mixedPrecisionOps } from '../../../src-main/trainer/engine/mixedPrecision.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { tensorflowOps } from '../../../src-main/trainer/engine/tensorflowOps.ts';
import { tensorflowBinding } from '../tensorflow.ts';
import { bitsOf, outputsOf } from './opCase.ts';
import { opCases } from './opCases/index.ts';

// ops.test.ts tests the kernels for the instructions that this processor prefers, in as many threads as it has cores; here those for what
// nearly every processor has, in a number of threads that divides nothing and leaves some without work.
const threads = 5;
process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
const ops = tensorflowOps(await tensorflowBinding(), { ownKernels: true, instructions: 'AVX2' });
afterAll(ops.close);

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));
const deviation = (found: ArrayLike<number>, right: ArrayLike<number>): number =>
  largest(Array.from(right, (value, index) => (found[index] ?? NaN) - value)) / largest(right);

const ofOwnKernels = opCases.filter(({ name, inputs }) => {
  const channels = Object.values(inputs)[0]?.shape.at(-1) ?? 0;
  return (
    (/by 3×3|by 1×1|batchNorm|averagePool/i.test(name) && channels % 16 === 0) ||
    /by 3×3 to (16|32|48|64), stride 1|momentumUpdate|scaleAdd|squaredNorm/.test(name)
  );
});

test('the engine says that it uses them', () => {
  expect(ops.name).toMatch(/own kernels on AVX2/);
  expect(ops.threads).toBe(threads);
  expect(ofOwnKernels.length).toBeGreaterThan(5);
});

describe('kernels for AVX2 compute what the reference does, and the same bits each time', () => {
  test.each(ofOwnKernels)('$name', (opCase) => {
    const right = outputsOf(referenceOps(), opCase);
    const found = outputsOf(ops, opCase);
    expect(bitsOf(outputsOf(ops, opCase))).toBe(bitsOf(found));
    for (const [name, { data }] of Object.entries(right)) {
      expect(deviation(found[name]?.data ?? [], data), name).toBeLessThan(1e-5);
    }
  });
});

// Nothing that is computed tells: GCC once left all of them out, and a step took 5 % longer.
test.skipIf(process.arch !== 'x64')('they ask for what they will need', async () => {
  const module = join(dirname(await tensorflowBinding()), 'esamKernels-avx2.node');
  const { stdout } = await promisify(execFile)('objdump', ['--disassemble', '--no-show-raw-insn', module], {
    maxBuffer: 2 ** 28,
  });
  expect(stdout.match(/\bprefetch/g)?.length).toBeGreaterThan(10);
});

/** Eighths in [−2, 2]: exact in bfloat16. */
const coarse = (shape: readonly number[], seed: number): Float32Array =>
  Float32Array.from({ length: elementCount(shape) }, (_, index) => (((index * 37 + seed) % 33) - 16) / 8);

/** Of a convolution in bfloat16 from what it is in float64: only its inputs (½ unit of 2⁻⁸) and its output are rounded, no sum. */
test.each([1, 2])('in bfloat16 a convolution of stride %i rounds its ends alone', (stride) => {
  const [shape, kernelShape] = [
    [2, 9, 12, 64],
    [3, 3, 64, 32],
  ];
  const half = mixedPrecisionOps(ops);
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

test.each([
  { what: 'a ReLU', hasResidual: false },
  { what: 'an addition and a ReLU', hasResidual: true },
])(
  'in bfloat16 batch normalisation with $what rounds its ends alone, and masks the same elements',
  ({ hasResidual }) => {
    const shape = [3, 5, 6, 48];
    const narrow = [48];
    /** @param type - of the activations. */
    const normalise = (table: Ops, type: 'float32' | 'bfloat16'): Record<string, ArrayLike<number>> => {
      const made: Tensor[] = [];
      const keep = <T extends Tensor>(tensor: T): T => {
        made.push(tensor);
        return tensor;
      };
      const wide = (seed: number): Tensor => keep(table.upload(coarse(shape, seed), shape));
      const activation = (seed: number): Tensor =>
        type === 'float32' ? wide(seed) : keep(table.cast(wide(seed), 'bfloat16'));
      const vector = (seed: number): Tensor => keep(table.upload(coarse(narrow, seed), narrow));
      const [x, dy, residual, scale, offset] = [activation(3), activation(8), activation(20), vector(1), vector(7)];
      const running = { mean: vector(2), variance: vector(4) };
      const settings = { epsilon: 1e-5, momentum: 0.1 };
      const relu = { residual: hasResidual ? residual : null };
      const { output, runningMean, runningVariance, saved } = table.batchNorm(
        x,
        scale,
        offset,
        running,
        settings,
        relu,
      );
      const grad = table.batchNormGrad(dy, x, scale, saved, settings.epsilon, { output, hasResidual });
      const results = { output, dx: grad.input, scale: grad.scale, offset: grad.offset, residual: grad.residual };
      const read = Object.entries(results).flatMap(([name, tensor]) =>
        tensor === undefined ? [] : [[name, table.download(keep(tensor))] as const],
      );
      [...made, runningMean, runningVariance, ...saved].forEach(table.dispose);
      return Object.fromEntries(read);
    };
    const found = normalise(ops, 'bfloat16');
    for (const [name, right] of Object.entries(normalise(referenceOps(), 'float32'))) {
      expect(deviation(found[name] ?? [], right), name).toBeLessThan(2 ** -8);
    }
    expect(Object.keys(found)).toContain(hasResidual ? 'residual' : 'dx');
  },
);

// Outputs that no cache holds are stored past the caches: those of half as many images are not.
test('of many images at once the outputs and their gradients have the bits of half as many at a time', () => {
  const [half, side, channels] = [13, 128, 16];
  const shape = (images: number): number[] => [images, side, side, channels];
  const kernel = ops.upload(coarse([3, 3, channels, channels], 3), [3, 3, channels, channels]);
  const all = coarse(shape(2 * half), 7);
  const outputs = (values: Float32Array): Buffer[] => {
    const x = ops.upload(values, shape(values.length / (side * side * channels)));
    const y = ops.conv2d(x, kernel, { stride: 1, padding: 1 });
    const dx = ops.conv2dInputGrad(y, kernel, x.shape, { stride: 1, padding: 1 }, x);
    const bytes = [y, dx].map((tensor) => Buffer.from(new Uint8Array(ops.download(tensor).buffer)));
    [x, y, dx].forEach(ops.dispose);
    return bytes;
  };
  const halves = [all.subarray(0, all.length / 2), all.subarray(all.length / 2)].map((part) => outputs(part.slice()));
  outputs(all).forEach((whole, index) => {
    expect(whole.equals(Buffer.concat(halves.map((parts) => parts[index] ?? Buffer.of())))).toBe(true);
  });
  ops.dispose(kernel);
});

test('a call that does not fit is refused in words, and the engine lives on', () => {
  const image = ops.upload(new Float32Array(4 * 4 * 16), [1, 4, 4, 16]);
  const kernel = ops.upload(new Float32Array(9 * 32 * 16), [3, 3, 32, 16]);
  expect(() => ops.conv2d(image, kernel, { stride: 1, padding: 1 })).toThrow(/I and O multiples of a vector/);
  const fitting = ops.upload(new Float32Array(9 * 16 * 16), [3, 3, 16, 16]);
  const y = ops.conv2d(image, fitting, { stride: 1, padding: 1 });
  expect(y.shape).toEqual([1, 4, 4, 16]);
  [image, kernel, fitting, y].forEach(ops.dispose);
});
