import { type Accounts, elementBytes, openAccounts } from '../counters.ts';
import { type DataType, elementCount, type HostArray, type Tensor } from '../ops.ts';
import type { Heap } from './heap.ts';
import type { Pool } from './pool.ts';

/** A block of memory and how many handles see it. */
interface Buffer {
  readonly address: number;
  holders: number;
}

/** Where a tensor lies. */
export interface Located {
  readonly address: number;
  readonly shape: readonly number[];
  readonly count: number;
  readonly dataType: DataType;
}

export interface Tensors {
  readonly accounts: Accounts;
  /** @throws Error for a tensor that is disposed of or of another engine, or (where one is expected) of another type. */
  locate(tensor: Tensor, expected?: DataType): Located;
  /** A tensor with a buffer of its own, contents undefined. */
  create(shape: readonly number[], dataType?: DataType): Tensor;
  /** Another handle on the same buffer. */
  share(tensor: Tensor, shape: readonly number[]): Tensor;
  /** Takes a tensor's buffer over for a new handle, or a fresh buffer where others hold it too; the old handle is gone. */
  replace(tensor: Tensor): Tensor;
  upload(data: HostArray, shape: readonly number[]): Tensor;
  download(tensor: Tensor): HostArray;
  dispose(tensor: Tensor): void;
  constant(value: number): Tensor;
  /** Frees everything. */
  clear(): void;
}

const hostDataType = (data: HostArray): DataType => {
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint8Array ? 'uint8' : 'float32';
};

/** Handles and their buffers. */
export const openTensors = (pool: Pool): Tensors => {
  const heap: Heap = pool.heap;
  const buffers = new Map<Tensor, Buffer>();
  const constants = new Map<number, Tensor>();
  const kept = new Set<Tensor>();
  const accounts = openAccounts();

  const bufferOf = (tensor: Tensor): Buffer => {
    const buffer = buffers.get(tensor);
    if (buffer === undefined) throw new Error('A tensor was used that is disposed of, or belongs to another engine.');
    return buffer;
  };
  const hold = (buffer: Buffer, shape: readonly number[], dataType: DataType): Tensor => {
    const tensor: Tensor = { shape: [...shape], dataType };
    buffers.set(tensor, buffer);
    accounts.made(tensor);
    return tensor;
  };
  const create = (shape: readonly number[], dataType: DataType = 'float32'): Tensor =>
    hold({ address: heap.allocate(elementCount(shape) * elementBytes(dataType)), holders: 1 }, shape, dataType);

  const upload = (data: HostArray, shape: readonly number[]): Tensor => {
    if (data.length !== elementCount(shape)) {
      throw new Error(`Found ${data.length} elements, expected the shape [${shape.join()}].`);
    }
    const tensor = create(shape, hostDataType(data));
    const { address } = bufferOf(tensor);
    if (data instanceof Int32Array) pool.integers(address, data.length).set(data);
    else if (data instanceof Uint8Array) pool.bytes(address, data.length).set(data);
    else pool.floats(address, data.length).set(data);
    const bytes = data.length * elementBytes(tensor.dataType);
    accounts.uploaded(bytes, tensor.dataType === 'float32');
    return tensor;
  };

  const dispose = (tensor: Tensor): void => {
    if (kept.has(tensor)) throw new Error('A constant was disposed of; the engine keeps it.');
    const buffer = bufferOf(tensor);
    buffers.delete(tensor);
    accounts.gone(tensor);
    if (--buffer.holders === 0) heap.free(buffer.address);
  };

  return {
    accounts,
    locate(tensor, expected) {
      const { address } = bufferOf(tensor);
      const { shape, dataType } = tensor;
      if (expected !== undefined && dataType !== expected) {
        throw new Error(`Found a tensor of ${dataType}, expected ${expected}.`);
      }
      return { address, shape, count: elementCount(shape), dataType };
    },
    create,
    share(tensor, shape) {
      const buffer = bufferOf(tensor);
      if (elementCount(shape) !== elementCount(tensor.shape)) {
        throw new Error(`Found the shape [${tensor.shape.join()}], expected as many elements as in [${shape.join()}].`);
      }
      buffer.holders++;
      return hold(buffer, shape, tensor.dataType);
    },
    replace(tensor) {
      if (kept.has(tensor)) throw new Error('A constant was given away; the engine keeps it.');
      const buffer = bufferOf(tensor);
      if (buffer.holders > 1) {
        const fresh = create(tensor.shape, tensor.dataType);
        dispose(tensor);
        return fresh;
      }
      buffers.delete(tensor);
      accounts.gone(tensor);
      return hold(buffer, tensor.shape, tensor.dataType);
    },
    upload,
    download(tensor) {
      const { address } = bufferOf(tensor);
      const length = elementCount(tensor.shape);
      switch (tensor.dataType) {
        case 'float32':
          return Float32Array.from(pool.floats(address, length));
        case 'int32':
          return Int32Array.from(pool.integers(address, length));
        case 'uint8':
        case 'bool':
          return Uint8Array.from(pool.bytes(address, length));
        case 'int64':
          throw new Error('An int64 tensor was downloaded, expected a cast to int32 first.');
        case 'bfloat16':
          throw new Error('The WebAssembly engine has no bfloat16.');
      }
    },
    dispose,
    constant(value) {
      const known = constants.get(value);
      if (known !== undefined) return known;
      const made = upload(Float32Array.of(value), []);
      accounts.gone(made); // the engine's own, not the caller's
      constants.set(value, made);
      kept.add(made);
      return made;
    },
    clear() {
      for (const { address } of new Set(buffers.values())) heap.free(address);
      buffers.clear();
      constants.clear();
      kept.clear();
      accounts.closed();
    },
  };
};
