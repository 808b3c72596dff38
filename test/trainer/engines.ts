import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { wasmOps } from '../../src-main/trainer/engine/wasmOps.ts';
import { tensorflowBinding } from './tensorflow.ts';

export const openTensorflow = async (): Promise<Ops> => tensorflowOps(await tensorflowBinding(), { ownKernels: true });

/** Every engine; `tolerance` is what rounding may cost relative to the largest value of a short computation. */
export const engines: readonly { name: string; tolerance: number; open: () => Ops | Promise<Ops> }[] = [
  { name: 'the reference engine', tolerance: 1e-12, open: referenceOps },
  { name: 'TensorFlow', tolerance: 1e-6, open: openTensorflow },
  { name: 'WebAssembly', tolerance: 1e-6, open: () => wasmOps({ threads: 2 }) },
];

/** Runs `work` and tells how often it called each kernel. */
export const kernelsCalledBy = (ops: Ops, work: () => void): ((kernel: string) => number) => {
  const before = new Map(ops.counters.byKernel);
  work();
  const after = new Map(ops.counters.byKernel);
  return (kernel) => (after.get(kernel) ?? 0) - (before.get(kernel) ?? 0);
};
