import { workerData } from 'node:worker_threads';
import { doneAddress, failedAddress } from './kernels/layout.ts';
import { instantiate } from './module.ts';

export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** From 1. */
  readonly thread: number;
}

const { module, memory, thread } = workerData as ThreadStart;
try {
  instantiate(module, memory).serve(thread);
} catch (error) {
  // Whoever waits for the task that broke must not wait for ever.
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, failedAddress / 4, 2);
  Atomics.add(words, doneAddress / 4, 1);
  Atomics.notify(words, doneAddress / 4);
  throw error;
}
