import { beforeAll, describe, expect, test } from 'vitest';
import type { HostArray, Ops } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { tensorflowOps } from '../../../src-main/trainer/engine/tensorflowOps.ts';
import { wasmOps } from '../../../src-main/trainer/engine/wasmOps.ts';
import { tensorflowBinding, tensorsInTensorflow } from '../tensorflow.ts';
import { bitsOf, disposeAll, type OpCase, outputsOf, uploadAll } from './opCase.ts';
import { opCases } from './opCases/index.ts';

/** `tolerance`: the largest deviation from what is right, relative to the largest element of the right tensor. */
const engines: readonly { name: string; tolerance: number; open: () => Ops | Promise<Ops> }[] = [
  { name: 'referenceOps', tolerance: 1e-12, open: referenceOps },
  {
    name: 'tensorflowOps',
    tolerance: 1e-5,
    open: async () => tensorflowOps(await tensorflowBinding(), { ownKernels: true }),
  },
  {
    name: 'tensorflowOps without own kernels',
    tolerance: 1e-5,
    open: async () => tensorflowOps(await tensorflowBinding(), { ownKernels: false }),
  },
  { name: 'wasmOps', tolerance: 1e-5, open: () => wasmOps({ threads: 2 }) },
];

/** NaN and infinities must be the same; the rest may differ by tolerance × the largest finite element (0.01 if that is smaller). */
const expectClose = (what: string, found: HostArray, right: ArrayLike<number>, tolerance: number): void => {
  const rightValues = Array.from(right);
  const scale = Math.max(0.01, ...rightValues.filter(Number.isFinite).map(Math.abs));
  expect(found.length, `elements of ${what}`).toBe(rightValues.length);
  const deviations = rightValues.flatMap((value, index) => {
    const other = found[index] ?? NaN;
    const isClose = Object.is(other, value) || Math.abs(other - value) <= tolerance * scale;
    return isClose ? [] : [`${what}[${index}] is ${other}, expected ${value}`];
  });
  expect(deviations).toEqual([]);
};

const notKernels = new Set<keyof Ops>([
  'name',
  'device',
  'threads',
  'oneDnn',
  'fusesMaxPool',
  'counters',
  'upload',
  'download',
  'dispose',
  'constant',
  'synchronize',
  'close',
]);

test('the table of cases uses every op', () => {
  const ops = referenceOps();
  for (const opCase of opCases) outputsOf(ops, opCase);
  const all = Object.keys(ops).filter((op) => !notKernels.has(op as keyof Ops));
  expect([...ops.counters.byKernel.keys()].sort()).toEqual(all.sort());
});

/** Σ output·dy of a case whose input `name` has element `index` moved by `by`. */
const objective = (ops: Ops, opCase: OpCase, name: string, index: number, by: number): number => {
  const input = opCase.inputs[name];
  if (input === undefined) throw new Error(`The case has no input ${name}.`);
  const moved = Float64Array.from(input.data, (value, at) => (at === index ? value + by : value));
  const { output } = outputsOf(ops, opCase, { [name]: { data: moved, shape: input.shape } });
  const weights = opCase.inputs['dy']?.data;
  return Array.from(output?.data ?? [NaN]).reduce((sum, value, at) => sum + value * (weights?.[at] ?? 1), 0);
};

describe('gradients of referenceOps are its central differences', () => {
  const ops = referenceOps();
  const step = 1e-5; // the differences' own error is of the order step² and of the rounding 1e-16/step

  for (const opCase of opCases.filter(({ gradients }) => gradients !== undefined)) {
    test(opCase.name, () => {
      const outputs = outputsOf(ops, opCase);
      for (const [name, gradient = ''] of Object.entries(opCase.gradients ?? {})) {
        const found = outputs[gradient]?.data ?? new Float64Array();
        const differences = Array.from(
          opCase.inputs[name]?.data ?? [],
          (_, index) =>
            (objective(ops, opCase, name, index, step) - objective(ops, opCase, name, index, -step)) / (2 * step),
        );
        expectClose(gradient, found, differences, 1e-7);
      }
    });
  }
});

for (const { name, tolerance, open } of engines) {
  describe(name, () => {
    const reference = referenceOps();
    let ops: Ops;
    beforeAll(async () => {
      ops = await open();
      return () => {
        ops.close();
      };
    });

    describe.each(opCases.map((opCase) => ({ name: opCase.name, opCase })))('$name', ({ opCase }) => {
      test('agrees with what is expected and with referenceOps', () => {
        const outputs = outputsOf(ops, opCase);
        const right = outputsOf(reference, opCase);
        expect(Object.keys(outputs)).toEqual(Object.keys(right));
        for (const [output, { data, shape }] of Object.entries(right)) {
          const found = outputs[output];
          if (found === undefined) throw new Error(`The output ${output} is missing.`);
          expect(found.shape, `shape of ${output}`).toEqual(shape);
          expectClose(output, found.data, data, data instanceof Float64Array ? tolerance : 0);
        }
        for (const [output, values] of Object.entries(opCase.expected ?? {})) {
          expectClose(output, outputs[output]?.data ?? new Float64Array(), values, Math.max(tolerance, 1e-7));
        }
      });

      test('leaves its inputs as they were, copies nothing to the device and leaks no handle', () => {
        outputsOf(ops, opCase); // from here on the engine has the constants that it keeps
        const { handles } = ops.counters;
        const originals = Object.values(opCase.inputs).map(({ data }) => data.slice());
        const inputs = uploadAll(ops, opCase.inputs);
        const { uploadedBytes, uploadedFloatBytes } = ops.counters;
        const outputs = opCase.run(ops, inputs);
        expect(ops.counters).toMatchObject({ uploadedBytes, uploadedFloatBytes });
        expect(ops.counters.handles).toBe(handles + Object.keys(inputs).length + Object.keys(outputs).length);
        disposeAll(ops, outputs);
        Object.entries(inputs).forEach(([input, tensor], index) => {
          expectClose(input, ops.download(tensor), originals[index] ?? [], 0);
          expectClose(
            `host array of ${input}`,
            opCase.inputs[input]?.data ?? new Uint8Array(),
            originals[index] ?? [],
            0,
          );
        });
        disposeAll(ops, inputs);
        expect(ops.counters.handles).toBe(handles);
      });
    });

    test('keeps the types it is given', () => {
      const given = [
        Float32Array.of(1.5, -2),
        Float64Array.of(1.5, -2),
        Int32Array.of(-3, 2 ** 30),
        Uint8Array.of(0, 255),
      ];
      const tensors = given.map((data) => ops.upload(data, [2]));
      expect(tensors.map(({ dataType }) => dataType)).toEqual(['float32', 'float32', 'int32', 'uint8']);
      tensors.forEach((tensor, index) => {
        expect(Array.from(ops.download(tensor))).toEqual(Array.from(given[index] ?? []));
        ops.dispose(tensor);
      });
    });

    test('counts the bytes it copies to the device', () => {
      const { uploadedBytes, uploadedFloatBytes } = ops.counters;
      const given = [new Float32Array(6), new Int32Array(5), new Uint8Array(3)];
      for (const data of given) ops.dispose(ops.upload(data, [data.length]));
      expect(ops.counters.uploadedFloatBytes).toBe(uploadedFloatBytes + 24);
      expect(ops.counters.uploadedBytes).toBe(uploadedBytes + 24 + 20 + 3);
    });

    test('refuses a tensor that is disposed of, and counts it once', () => {
      const { handles } = ops.counters;
      const tensor = ops.upload(Float32Array.of(1), [1]);
      expect(ops.counters.handles).toBe(handles + 1);
      ops.dispose(tensor);
      expect(ops.counters.handles).toBe(handles);
      expect(() => ops.relu(tensor)).toThrow();
      expect(() => ops.download(tensor)).toThrow();
      expect(() => {
        ops.dispose(tensor);
      }).toThrow();
      expect(ops.counters.handles).toBe(handles);
    });

    test('refuses a tensor of another engine', () => {
      const stranger = referenceOps().upload(Float32Array.of(1), [1]);
      expect(() => ops.relu(stranger)).toThrow();
    });

    test('momentumUpdate consumes parameter and velocity', () => {
      const { handles } = ops.counters;
      const [parameter, velocity, gradient] = [1, 2, 3].map((value) => ops.upload(Float32Array.of(value), [1]));
      if (parameter === undefined || velocity === undefined || gradient === undefined) throw new Error('Unreachable.');
      const settings = { learningRate: 0.1, momentum: 0.9, weightDecay: 0, nesterov: false };
      const updated = ops.momentumUpdate(parameter, velocity, gradient, settings);
      for (const consumed of [parameter, velocity]) {
        expect(() => {
          ops.dispose(consumed);
        }).toThrow();
      }
      disposeAll(ops, { gradient, ...updated });
      expect(ops.counters.handles).toBe(handles);
    });

    test('uploads a constant once', () => {
      const { handles, uploadedFloatBytes } = ops.counters;
      const first = ops.constant(0.123);
      expect(ops.counters.uploadedFloatBytes).toBeGreaterThan(uploadedFloatBytes);
      const after = ops.counters.uploadedFloatBytes;
      expect(ops.constant(0.123)).toBe(first);
      expect(ops.counters).toMatchObject({ handles, uploadedFloatBytes: after });
      expect(Array.from(ops.download(first))).toEqual([expect.closeTo(0.123, 7)]);
    });

    test('counts each kernel under its name', () => {
      const { kernels } = ops.counters;
      ops.dispose(ops.relu(ops.constant(1)));
      expect(ops.counters.kernels).toBe(kernels + 1);
      const counted = [...ops.counters.byKernel.values()].reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(kernels + 1);
    });

    test('gives the same bits for the same inputs', () => {
      for (const opCase of opCases) expect(bitsOf(outputsOf(ops, opCase))).toBe(bitsOf(outputsOf(ops, opCase)));
    });
  });
}

test('TensorFlow itself holds no more tensors after all the cases than before', async () => {
  const bindingPath = await tensorflowBinding();
  const ops = tensorflowOps(bindingPath, { ownKernels: true });
  const runAll = (): void => {
    for (const opCase of opCases) outputsOf(ops, opCase);
  };
  const atFirst = tensorsInTensorflow(bindingPath);
  runAll(); // makes the constants that the engine keeps
  const before = tensorsInTensorflow(bindingPath);
  runAll();
  expect(tensorsInTensorflow(bindingPath)).toBe(before);
  ops.close();
  expect(tensorsInTensorflow(bindingPath)).toBe(atFirst);
});
