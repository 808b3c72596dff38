import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { elementCount, type Ops } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { channelMoments, normalise } from '../../../src-main/trainer/engine/wasm/batchNorms.ts';
import { conv2d, conv2dInputGrad } from '../../../src-main/trainer/engine/wasm/convolutions.ts';
import { conv2dFilterGrad } from '../../../src-main/trainer/engine/wasm/filterGradients.ts';
import { batchMatMul, matMul } from '../../../src-main/trainer/engine/wasm/matrices.ts';
import { openPool } from '../../../src-main/trainer/engine/wasm/pool.ts';
import { wasmOps } from '../../../src-main/trainer/engine/wasmOps.ts';
import { drawer, type OpCase, opCase, outputsOf } from './opCase.ts';
import { opCases } from './opCases/index.ts';

const draw = drawer(11);

/** [images, kernel side, output channels, stride]: blocks of images, last blocks that are smaller, channels beyond whole tiles. */
const convolutionOf = (
  shape: readonly [number, number, number, number],
  size: number,
  outputs: number,
  stride: number,
): OpCase => {
  const [batch, height, width, channels] = shape;
  const padding = (size - 1) / 2;
  const sides = [height, width].map((side) => Math.floor((side + 2 * padding - size) / stride) + 1);
  const kernelShape = [size, size, channels, outputs];
  return opCase({
    name: `convolution of [${shape.join()}] by ${size}×${size} to ${outputs}, stride ${stride}`,
    inputs: {
      x: draw.floats(shape),
      kernel: draw.floats(kernelShape),
      dy: draw.floats([batch, ...sides, outputs]),
    },
    run: (ops, { x, kernel, dy }) => ({
      output: ops.conv2d(x, kernel, { stride, padding }),
      xGrad: ops.conv2dInputGrad(dy, kernel, shape, { stride, padding }),
      kernelGrad: ops.conv2dFilterGrad(x, dy, kernelShape, { stride, padding }),
    }),
  });
};

/** So large that every kernel is cut into several tasks, none of which may be a whole multiple of its vectors. */
const largeCases: readonly OpCase[] = [
  convolutionOf([37, 14, 14, 16], 3, 20, 1),
  convolutionOf([21, 13, 15, 8], 3, 12, 2),
  convolutionOf([5, 4, 4, 130], 3, 136, 1),
  convolutionOf([19, 12, 12, 24], 1, 32, 2),
  convolutionOf([3, 33, 33, 3], 5, 16, 2),
  opCase({
    name: 'batchNorm of many rows',
    inputs: {
      x: draw.floats([9, 31, 33, 20], 3, 5),
      dy: draw.floats([9, 31, 33, 20]),
      scale: draw.floats([20], 0.5, 2),
      offset: draw.floats([20]),
    },
    run(ops, { x, dy, scale, offset }) {
      const running = { mean: offset, variance: scale };
      const { saved, ...results } = ops.batchNorm(x, scale, offset, running, { epsilon: 1e-5, momentum: 0.1 });
      const gradients = ops.batchNormGrad(dy, x, scale, saved, 1e-5);
      saved.forEach(ops.dispose);
      const inference = ops.batchNormInference(x, scale, offset, running, 1e-5);
      return { ...results, ...gradients, inference };
    },
  }),
  opCase({
    name: 'elementwise ops beyond a strip, and a rest',
    inputs: {
      a: draw.floats([70_001]),
      b: draw.floats([70_001]),
      scalar: draw.floats([]),
      images: draw.floats([130, 3, 100]),
      rows: draw.floats([130, 1, 100]),
    },
    run: (ops, { a, b, scalar, images, rows }) => ({
      sum: ops.add(a, b),
      scaled: ops.multiply(scalar, a),
      mixed: ops.subtract(images, rows),
      rectified: ops.relu(a),
      blended: ops.scaleAdd(a, scalar, b),
      total: ops.sum(a),
      norm: ops.squaredNorm([a, b, images]),
      whole: ops.cast(ops.constant(3), 'int32'),
      gaussian: ops.gelu(a),
    }),
  }),
  opCase({
    name: 'gather and matMul of many rows',
    inputs: {
      x: draw.floats([301, 130]),
      indices: draw.integers([700], 301),
      matrix: draw.floats([130, 70]),
    },
    run: (ops, { x, indices, matrix }) => ({
      rows: ops.gather(x, indices),
      product: ops.matMul(x, matrix, false, false),
      crossed: ops.matMul(x, x, true, false),
    }),
  }),
];

const opened: Ops[] = [];
const open = (options: Parameters<typeof wasmOps>[0]): Ops => {
  const ops = wasmOps(options);
  opened.push(ops);
  return ops;
};
afterAll(() => {
  for (const ops of opened) ops.close();
});

const expectAgreement = (ops: Ops, opCase: OpCase): void => {
  const right = outputsOf(referenceOps(), opCase);
  const found = outputsOf(ops, opCase);
  for (const [output, { data }] of Object.entries(right)) {
    const other = Array.from(found[output]?.data ?? []);
    const expected = Array.from(data);
    const scale = expected.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
    const wrong = expected.flatMap((value, index) => {
      const difference = Math.abs(value - (other[index] ?? NaN));
      return Object.is(value, other[index]) || difference <= 1e-5 * scale ? [] : [`${output}[${index}]`];
    });
    expect(wrong, opCase.name).toEqual([]);
  }
};

describe('where the work is cut into many tasks', () => {
  const two = open({ threads: 2 });
  test.each(largeCases.map((largeCase) => ({ name: largeCase.name, largeCase })))(
    '$name agrees with referenceOps, and has the same bits with 1, 2, 2 and 5 threads',
    ({ largeCase }) => {
      expectAgreement(two, largeCase);
      const bits = outputsOf(two, largeCase);
      for (const ops of [open({ threads: 1 }), two, open({ threads: 5 })]) {
        expect(outputsOf(ops, largeCase)).toEqual(bits);
      }
    },
  );
});

test('plain SIMD, for V8 without the relaxed kind, computes the same', () => {
  const plain = open({ threads: 2, variant: 'SIMD' });
  expect(plain.name).toContain('WebAssembly SIMD');
  for (const opCase of [...opCases, ...largeCases]) expectAgreement(plain, opCase);
});

test('memory that is given back is used again, and what cannot be had ends as advice', () => {
  const { heap, close } = openPool(1);
  const sizes = [1, 70_000, 5_000_000, 64, 3];
  const first = sizes.map(heap.allocate);
  const used = heap.usedBytes;
  for (const address of [2, 0, 4, 1, 3].map((index) => first[index] ?? NaN)) heap.free(address);
  expect(heap.usedBytes).toBe(0);
  expect(sizes.map(heap.allocate)).toEqual(first); // free neighbours were joined again
  expect(heap.usedBytes).toBe(used);
  expect(() => heap.allocate(2 ** 32)).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
  expect(() => heap.allocate(2 ** 32)).toThrow(/Try a smaller batch/);
  expect(heap.usedBytes).toBe(used);
  close();
});

test('kernels give their scratch memory back', () => {
  const pool = openPool(2);
  const { heap } = pool;
  const tensor = (shape: readonly number[]) => ({ address: heap.allocate(4 * elementCount(shape)), shape });
  const [x, kernel, y] = [tensor([20, 9, 9, 8]), tensor([3, 3, 8, 16]), tensor([20, 5, 5, 16])];
  const used = heap.usedBytes;
  const halving = { stride: 2, padding: 1 };
  conv2d(pool, x, kernel, y.address, halving);
  conv2dInputGrad(pool, y, kernel, x.address, x.shape, halving);
  conv2dFilterGrad(pool, x, y, kernel.address, kernel.shape, halving);
  matMul(pool, x.address, kernel.address, y.address, [30, 24, 16], true, true);
  batchMatMul(pool, x.address, kernel.address, y.address, 4, [10, 8, 12], true, true);
  channelMoments(pool, x.address, 20 * 81, 8);
  normalise(pool, x.address, x.address, [[0], [1], [0]], 20 * 81 * 8, 1);
  expect(heap.usedBytes).toBe(used);
  pool.close();
});

test.each([
  { what: 'is closed', ending: 'ops.close();' },
  { what: 'is left open', ending: '' },
])('a process ends by itself when its engine $what', ({ ending }) => {
  const engine = new URL('../../../src-main/trainer/engine/wasmOps.ts', import.meta.url).href;
  const script = `
    import { wasmOps } from '${engine}';
    const ops = wasmOps({ threads: 3 });
    const x = ops.upload(new Float32Array(1e6).fill(2), [1e6]);
    console.log(ops.download(ops.sum(ops.relu(x)))[0]);
    ${ending}`;
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-wasm-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // A file, not --eval: the threads inherit the flags, and refuse --input-type.
  const program = join(folder, 'program.mjs');
  writeFileSync(program, script);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('2000000');
  expect(status).toBe(0);
});
