import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { openHeap, type Heap } from './heap.ts';
import { type ArgumentsOf, type KernelTable, putInPlace } from './kernelTable.ts';
import { argumentCount, argumentsAddress, failedAddress, floatArgumentsAddress } from './kernels/layout.ts';
import { initialPages, instantiate, loadKernels, maximumPages, type Variant } from './module.ts';
import type { ThreadStart } from './worker.ts';

/** The kernels, their memory and the threads that share it. */
export interface Pool {
  /** Which instructions the kernels use. */
  readonly variant: Variant;
  readonly threads: number;
  readonly heap: Heap;
  /** Calls a kernel with its arguments, by name, and waits. @returns false where a task found its input wrong. */
  run<Table extends KernelTable>(kernel: Table, tasks: number, values: ArgumentsOf<Table>): boolean;
  floats(address: number, length: number): Float32Array;
  doubles(address: number, length: number): Float64Array;
  integers(address: number, length: number): Int32Array;
  longs(address: number, length: number): BigInt64Array;
  bytes(address: number, length: number): Uint8Array;
  close(): void;
}

/** @param threads - in all, the calling one included; 0 = one a core. @param wished - the fastest if not said. */
export const openPool = (threads: number, wished?: Variant): Pool => {
  const { module, variant } = loadKernels(wished);
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared: true });
  const kernels = instantiate(module, memory);
  const count = threads === 0 ? availableParallelism() : threads;
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './wasmWorker.cjs';
  const workers = Array.from({ length: count - 1 }, (_, index) => {
    const workerData: ThreadStart = { module, memory, thread: index + 1 };
    const worker = new Worker(new URL(file, import.meta.url), { workerData });
    worker.unref();
    return worker;
  });
  const integerArguments = new Int32Array(memory.buffer, argumentsAddress, argumentCount);
  const floatArguments = new Float32Array(memory.buffer, floatArgumentsAddress, argumentCount);
  const failed = new Int32Array(memory.buffer, failedAddress, 1);

  const put = (place: number, value: number | readonly number[]): void => {
    if (typeof value === 'number') {
      integerArguments[place] = value;
      floatArguments[place] = value;
    } else integerArguments.set(value, place);
  };

  return {
    variant,
    threads: count,
    heap: openHeap(memory),
    run(kernel, tasks, values) {
      if (tasks === 0) return true;
      putInPlace(kernel, values, put);
      const isRight = kernels.run(kernel.kernel, tasks) !== 0;
      if (failed[0] === 2) throw new Error('A thread of the WebAssembly engine broke down.');
      return isRight;
    },
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
    longs: (address, length) => new BigInt64Array(memory.buffer, address, length),
    bytes: (address, length) => new Uint8Array(memory.buffer, address, length),
    close() {
      if (workers.length > 0) kernels.close();
    },
  };
};
