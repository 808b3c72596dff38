import { infer, record } from './engine/tape.ts';
import type { NetworkState } from './engine/layers.ts';
import type { Network } from './engine/network.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import type { Objective, PhaseClock } from './optimizers/index.ts';

export interface Batch {
  /** float32 [B,H,W,C], normalised and augmented. */
  readonly images: Tensor;
  /** int64 [B]. */
  readonly labels: Tensor;
}

/**
 * The mean cross entropy of a batch under a network.
 * @param onLogits - sees the first pass's logits [B,K] before they are freed (training accuracy at θ).
 */
export const batchObjective = (
  ops: Ops,
  network: Network,
  state: NetworkState,
  batch: Batch,
  labelSmoothing: number,
  clock: PhaseClock,
  onLogits: (logits: Tensor) => void,
): Objective => {
  const examples = batch.labels.shape[0] ?? 0;
  return {
    examples,
    gradients({ pass, statistics, isWanted = () => true, kept }) {
      const [forwardPhase, backwardPhase] =
        pass === 'first' ? (['forward1', 'backward1'] as const) : (['forward2', 'backward2'] as const);
      const { recording, losses, logitsGrad } = clock.measure(forwardPhase, () => {
        const images = kept === undefined ? batch.images : ops.gather(batch.images, kept);
        const labels = kept === undefined ? batch.labels : ops.gather(batch.labels, kept);
        const recording = record(ops, network, state, images, statistics, isWanted);
        const { losses, logitsGrad: eachGrad } = ops.softmaxCrossEntropy(recording.logits, labels, labelSmoothing);
        if (pass === 'first') onLogits(recording.logits);
        if (kept !== undefined) ops.dispose(labels);
        const logitsGrad = ops.multiply(eachGrad, ops.constant(1 / (labels.shape[0] ?? 1)));
        ops.dispose(eachGrad);
        return { recording: { ...recording, images }, losses, logitsGrad };
      });
      const gradients = clock.measure(backwardPhase, () => recording.backward(logitsGrad));
      if (kept !== undefined) ops.dispose(recording.images);
      return { gradients, losses };
    },
    losses(statistics) {
      return clock.measure('selectionForward', () => {
        const logits = infer(ops, network, state, batch.images, statistics);
        const { losses, logitsGrad } = ops.softmaxCrossEntropy(logits, batch.labels, labelSmoothing);
        ops.dispose(logits);
        ops.dispose(logitsGrad);
        return losses;
      });
    },
  };
};
