import type { Ops, Tensor } from './engine/ops.ts';

/** Loss and accuracy summed up on the device, step by step, and read rarely: a read makes the host wait for the device. */
export interface RunningSums {
  /** Adds losses [B] of a step's batch or sub-batch, and whether its examples were right [B]; both stay the caller's. */
  add(step: number, losses: Tensor, hits: Tensor): void;
  /**
   * Reads what has been added since the last read.
   * @returns the first step whose loss was not finite, or null.
   */
  read(): number | null;
  /** Sums over all that was read. */
  readonly loss: number;
  readonly correct: number;
  /** Starts again from these sums. */
  reset(from: { readonly loss: number; readonly correct: number }): void;
}

export const runningSums = (ops: Ops): RunningSums => {
  let pending: { readonly step: number; readonly loss: Tensor; readonly correct: Tensor }[] = [];
  let loss = 0;
  let correct = 0;
  return {
    add(step, losses, hits) {
      pending.push({ step, loss: ops.sum(losses), correct: ops.sum(hits) });
    },
    read() {
      if (pending.length === 0) return null;
      const packed = ops.pack(pending.flatMap((entry) => [entry.loss, entry.correct]));
      const values = ops.download(packed);
      ops.dispose(packed);
      let firstBad: number | null = null;
      pending.forEach((entry, index) => {
        const stepLoss = values[2 * index] ?? NaN;
        if (!Number.isFinite(stepLoss)) firstBad ??= entry.step;
        loss += stepLoss;
        correct += values[2 * index + 1] ?? 0;
        ops.dispose(entry.loss);
        ops.dispose(entry.correct);
      });
      pending = [];
      return firstBad;
    },
    get loss() {
      return loss;
    },
    get correct() {
      return correct;
    },
    reset(from) {
      ({ loss, correct } = from);
    },
  };
};
