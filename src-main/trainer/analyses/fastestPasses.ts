import { performance } from 'node:perf_hooks';
import type { Batch } from '../batchObjective.ts';
import type { Ops } from '../engine/ops.ts';
import { disposeBatch, examplesOf, lossFunction, subBatch, type LossSubject } from './subject.ts';

/**
 * Examples of smaller passes, tried beside the subject's own: caches, memory and threads of a machine decide which is fastest. What an example
 * gives does not depend on its pass, and a loss not on how the examples are divided: to the last bit, but to rounding where TensorFlow
 * multiplies without oneDNN, as on processors without AVX-512 (its sums then depend on the number of a matrix's rows).
 */
const smaller = [64, 256];
/** Passes of so many are those of large networks (`openSubject.ts`): they gain little, and a copy of their images may be large. */
const few = 256;
/** The first of them also fills caches. */
const rounds = 3;

/** The same examples in batches of at most so many; the caller's. */
export const inPasses = (ops: Ops, batch: Batch, size: number): Batch[] => {
  const count = examplesOf(batch);
  return Array.from({ length: Math.ceil(count / size) }, (_, pass) => {
    const examples = Array.from({ length: Math.min(size, count - pass * size) }, (__, index) => pass * size + index);
    return subBatch(ops, batch, examples);
  });
};

/**
 * The subject's batches, or the same examples in smaller ones if those go through the network faster on this machine.
 * @returns `dispose` lets go of what is not the subject's.
 */
export const fastestPasses = (subject: LossSubject): { readonly batches: readonly Batch[]; dispose: () => void } => {
  const { ops, batches } = subject;
  const [first] = batches;
  const own = { batches, dispose: () => undefined };
  if (first === undefined || examplesOf(first) <= few) return own;
  const disposeAll = (all: readonly Batch[]): void =>
    all.forEach((batch) => {
      disposeBatch(ops, batch);
    });
  const tried = [
    { size: Infinity, passes: [first], ms: Infinity },
    ...smaller.map((size) => ({ size, passes: inPasses(ops, first, size), ms: Infinity })),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const each of tried) {
      const start = performance.now();
      lossFunction(subject, 'evaluate', each.passes).losses();
      each.ms = Math.min(each.ms, performance.now() - start);
    }
  }
  tried.slice(1).forEach(({ passes }) => disposeAll(passes));
  const { size } = tried.reduce((best, each) => (each.ms < best.ms ? each : best));
  if (size === Infinity) return own;
  const passes = batches.flatMap((batch) => inPasses(ops, batch, size));
  return { batches: passes, dispose: () => disposeAll(passes) };
};
