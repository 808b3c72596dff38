import { createHash } from 'node:crypto';
import { elementCount, type HostArray, type Ops, type Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { uniform } from './random.ts';

export interface Input {
  readonly data: HostArray;
  readonly shape: readonly number[];
}

/** One use of one or more ops, the same for every engine. */
export interface OpCase<Name extends string = string> {
  readonly name: string;
  readonly inputs: Readonly<Record<Name, Input>>;
  /** Neither changes nor disposes of its inputs; leaves alive nothing but its outputs, which no other handle may be. */
  run(ops: Ops, inputs: Readonly<Record<Name, Tensor>>): Readonly<Record<string, Tensor>>;
  /** Input → the output that is the gradient of Σ `output`·`dy` with respect to it; `dy` is 1 where it is no input. */
  readonly gradients?: Readonly<Partial<Record<Name, string>>>;
  /** Outputs as a reader derives them by hand. */
  readonly expected?: Readonly<Record<string, readonly number[]>>;
}

/** Writes a case down: `run` sees its inputs by name. */
export const opCase = <Name extends string>(written: OpCase<Name>): OpCase => written;

export const floats = (shape: readonly number[], values: readonly number[]): Input => ({
  shape,
  data: Float32Array.from(values),
});
export const integers = (shape: readonly number[], values: readonly number[]): Input => ({
  shape,
  data: Int32Array.from(values),
});
export const bytes = (shape: readonly number[], values: readonly number[]): Input => ({
  shape,
  data: Uint8Array.from(values),
});

/** Draws inputs, each call the next ones of one stream. */
export const drawer = (seed: number) => {
  const next = uniform(seed);
  return {
    /** Uniform in [low, high), rounded to float32 so that every engine gets the same. */
    floats: (shape: readonly number[], low = -1, high = 1): Input => ({
      shape,
      data: Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * next()),
    }),
    /** 0.1 apart at least, half of them negative: no finite difference crosses the kink of a ReLU or changes a maximum. */
    distinct: (shape: readonly number[]): Input => {
      const length = elementCount(shape);
      const order = Array.from({ length }, (_, index) => ({ index, key: next() })).sort((a, b) => a.key - b.key);
      return { shape, data: Float32Array.from(order, ({ index }) => (index - length / 2 + 0.5) / 10) };
    },
    integers: (shape: readonly number[], below: number): Input => ({
      shape,
      data: Int32Array.from({ length: elementCount(shape) }, () => Math.floor(next() * below)),
    }),
    bytes: (shape: readonly number[]): Input => ({
      shape,
      data: Uint8Array.from({ length: elementCount(shape) }, () => Math.floor(next() * 256)),
    }),
  };
};

export const uploadAll = (ops: Ops, inputs: Readonly<Record<string, Input>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, ops.upload(data, shape)]));

export const disposeAll = (ops: Ops, tensors: Readonly<Record<string, Tensor>> | readonly Tensor[]): void => {
  for (const tensor of Object.values(tensors)) ops.dispose(tensor);
};

export interface Output {
  readonly data: HostArray;
  readonly shape: readonly number[];
}

/** All bits of the outputs: where they differ, toEqual would compare and print a hundred thousand numbers for minutes. */
export const bitsOf = (outputs: Readonly<Record<string, Output>>): string =>
  Object.entries(outputs)
    .map(([name, { data }]) => `${name} ${createHash('sha256').update(data).digest('hex')}`)
    .join('\n');

/** Runs a case from upload to download. */
export const outputsOf = (
  ops: Ops,
  opCase: OpCase,
  replaced: Readonly<Record<string, Input>> = {},
): Record<string, Output> => {
  const tensors = uploadAll(ops, { ...opCase.inputs, ...replaced });
  const results = opCase.run(ops, tensors);
  const outputs = Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, { data: ops.download(tensor), shape: tensor.shape }]),
  );
  disposeAll(ops, results);
  disposeAll(ops, tensors);
  return outputs;
};
