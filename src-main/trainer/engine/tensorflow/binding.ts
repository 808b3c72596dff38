import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { LabError } from '../../../../shared/errors.ts';
import { openAccounts } from '../counters.ts';
import type { DataType, HostArray, OpCounters, Tensor } from '../ops.ts';

/** TensorFlow's numbers for the types that the lab uses. */
const dataTypeNumbers = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, bfloat16: 14, resource: 20 } as const;
type KernelType = keyof typeof dataTypeNumbers;
const dataTypeNames = new Map<number, KernelType>(
  Object.entries(dataTypeNumbers).map(([name, number]) => [number, name as KernelType]),
);

interface NativeResult {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** tfjs-node's native module: TensorFlow's eager C API, kernels called by name. */
interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dataType: number, values: HostArray): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): HostArray;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): NativeResult[];
  isUsingGpuDevice(): boolean;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A handle on one of TensorFlow's tensors. */
export interface Handle extends Tensor {
  readonly id: number;
}

/** TensorFlow as the op table needs it: kernels by name, handles, attributes, cached constants, counters. */
export interface TensorFlow {
  readonly version: string;
  readonly usesGpu: boolean;
  /** Inside an op: as TensorFlow was told when it loaded, else as many as the process may use. */
  readonly threads: number;
  readonly counters: OpCounters;
  readonly attribute: {
    type(name: string, value: KernelType): Attribute;
    int(name: string, value: number | readonly number[]): Attribute;
    float(name: string, value: number): Attribute;
    bool(name: string, value: boolean): Attribute;
    string(name: string, value: string): Attribute;
    shape(name: string, value: readonly number[]): Attribute;
  };
  /** Runs a kernel; throws LabError OUT_OF_MEMORY where TensorFlow says so. */
  run(kernel: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs: number): Handle[];
  /** Runs a kernel with one output. */
  one(kernel: string, attributes: readonly Attribute[], ...inputs: readonly Tensor[]): Handle;
  upload(data: HostArray, shape: readonly number[]): Handle;
  download(tensor: Tensor): HostArray;
  dispose(tensor: Tensor): void;
  /** An int32 tensor (a shape, axes, paddings) that is uploaded once and kept. */
  integers(values: readonly number[], shape?: readonly number[]): Handle;
  /** A number, float32 [], uploaded once and kept. */
  constant(value: number): Handle;
  /** Gives a temporary to `use` and disposes of it. */
  using<R>(temporary: Handle, use: (tensor: Handle) => R): R;
  /** A handle with other shape or type information on the same native tensor is not possible: this one is kept until `close`. */
  keep(key: string, make: () => Handle): Handle;
  close(): void;
}

const isHandle = (tensor: Tensor): tensor is Handle => 'id' in tensor;
const idOf = (tensor: Tensor): number => {
  if (!isHandle(tensor)) throw new Error('A tensor of another engine was given to TensorFlow.');
  return tensor.id;
};

const loadNative = (bindingPath: string): NativeBinding => {
  try {
    return createRequire(import.meta.url)(bindingPath) as NativeBinding;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new LabError(
      'ENGINE_BROKEN',
      `TensorFlow could not be loaded (${detail}). Install it again on the Device page or with "esam-lab device --install".`,
      { cause },
    );
  }
};

const translated = (error: unknown, kernel: string): unknown => {
  const message = error instanceof Error ? error.message : String(error);
  return /OOM|out of memory|RESOURCE_EXHAUSTED|failed to allocate|bad_alloc/i.test(message)
    ? new LabError('OUT_OF_MEMORY', `The device ran out of memory in ${kernel}.`, {
        cause: error,
      })
    : error;
};

/**
 * Loads the compiled binding and TensorFlow behind it.
 * @param bindingPath - the .node file; environment settings must be in place, TensorFlow reads them now.
 */
export const openTensorFlow = (bindingPath: string): TensorFlow => {
  const native = loadNative(bindingPath);
  const accounts = openAccounts();
  const kept = new Map<string, Handle>();
  const attribute: TensorFlow['attribute'] = {
    type: (name, value) => ({ name, type: native.TF_ATTR_TYPE, value: dataTypeNumbers[value] }),
    int: (name, value) => ({ name, type: native.TF_ATTR_INT, value }),
    float: (name, value) => ({ name, type: native.TF_ATTR_FLOAT, value }),
    bool: (name, value) => ({ name, type: native.TF_ATTR_BOOL, value }),
    string: (name, value) => ({ name, type: native.TF_ATTR_STRING, value }),
    shape: (name, value) => ({ name, type: native.TF_ATTR_SHAPE, value }),
  };

  const run: TensorFlow['run'] = (kernel, attributes, inputs, outputs) => {
    accounts.ran(kernel);
    try {
      const results = native.executeOp(kernel, attributes, inputs.map(idOf), outputs);
      return results.map(({ id, shape, dtype }) => {
        const handle = { id, shape, dataType: (dataTypeNames.get(dtype) ?? 'float32') as DataType };
        accounts.made(handle);
        return handle;
      });
    } catch (error) {
      throw translated(error, kernel);
    }
  };

  const one: TensorFlow['one'] = (kernel, attributes, ...inputs) => {
    const [result] = run(kernel, attributes, inputs, 1);
    if (result === undefined) throw new Error(`${kernel} gave no output.`);
    return result;
  };

  const upload: TensorFlow['upload'] = (data, shape) => {
    // Handing a Float64Array over would be a type error in the binding.
    const values = data instanceof Float64Array ? Float32Array.from(data) : data;
    const dataType = values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'uint8';
    const handle = { id: native.createTensor(shape, dataTypeNumbers[dataType], values), shape, dataType } as const;
    accounts.uploaded(values.byteLength, dataType === 'float32');
    accounts.made(handle);
    return handle;
  };

  const dispose: TensorFlow['dispose'] = (tensor) => {
    native.deleteTensor(idOf(tensor));
    accounts.gone(tensor);
  };

  const keep: TensorFlow['keep'] = (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    accounts.gone(made); // the engine's own, not the caller's
    kept.set(key, made);
    return made;
  };

  return {
    version: native.TF_Version,
    usesGpu: native.isUsingGpuDevice(),
    threads: Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0) || availableParallelism(),
    counters: accounts.counters,
    attribute,
    run,
    one,
    upload,
    dispose,
    keep,
    download(tensor) {
      const { dataType } = tensor;
      if (dataType !== 'uint8' && dataType !== 'bfloat16') return native.tensorDataSync(idOf(tensor));
      // The binding refuses to read these.
      const wideType = dataType === 'uint8' ? 'int32' : 'float32';
      const wide = one('Cast', [attribute.type('SrcT', dataType), attribute.type('DstT', wideType)], tensor);
      const values = native.tensorDataSync(wide.id);
      dispose(wide);
      return dataType === 'uint8' ? Uint8Array.from(values) : values;
    },
    integers(values, shape = [values.length]) {
      return keep(`int32 ${shape.join('x')}: ${values.join()}`, () => upload(Int32Array.from(values), shape));
    },
    constant(value) {
      return keep(`float32: ${value}`, () => upload(Float32Array.of(value), []));
    },
    using(temporary, use) {
      const result = use(temporary);
      dispose(temporary);
      return result;
    },
    close() {
      for (const handle of kept.values()) native.deleteTensor(handle.id);
      kept.clear();
    },
  };
};
