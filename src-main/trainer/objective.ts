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

/** The op tables that passes run on: those that train, and the forward pass that only has to rank. */
export interface PassOps {
  readonly training: Ops;
  readonly ranking: Ops;
}

/**
 * The mean cross entropy of a batch under a network.
 * @param onLogits - sees a first pass's logits and labels before they are freed (training accuracy at θ).
 */
export const batchObjective = (
  ops: Ops,
  network: Network,
  state: NetworkState,
  batch: Batch,
  labelSmoothing: number,
  clock: PhaseClock,
  onLogits: (logits: Tensor, labels: Tensor) => void,
  precise: PassOps = { training: ops, ranking: ops },
): Objective => {
  const examples = batch.labels.shape[0] ?? 0;
  const lossOf = (logits: Tensor, labels: Tensor) => ops.softmaxCrossEntropy(logits, labels, labelSmoothing);

  /** ∂(mean loss)/∂logits from each example's own gradient, which it consumes. */
  const meanGrad = (eachGrad: Tensor): Tensor => {
    const grad = ops.multiply(eachGrad, ops.constant(1 / (eachGrad.shape[0] ?? 1)));
    ops.dispose(eachGrad);
    return grad;
  };

  const gather = ({ images, labels }: Batch, indices: Tensor): Batch => ({
    images: ops.gather(images, indices),
    labels: ops.gather(labels, indices),
  });
  const disposeBatch = ({ images, labels }: Batch): void => {
    ops.dispose(images);
    ops.dispose(labels);
  };

  return {
    examples,
    gradients({ pass, statistics, isWanted = () => true, kept }) {
      const [forwardPhase, backwardPhase] =
        pass === 'first' ? (['forward1', 'backward1'] as const) : (['forward2', 'backward2'] as const);
      const { recording, losses, grad, used } = clock.measure(forwardPhase, () => {
        const used = kept === undefined ? batch : gather(batch, kept);
        const recording = record(precise.training, network, state, used.images, statistics, isWanted);
        const { losses, logitsGrad } = lossOf(recording.logits, used.labels);
        if (pass === 'first') onLogits(recording.logits, used.labels);
        return { recording, losses, grad: meanGrad(logitsGrad), used };
      });
      const gradients = clock.measure(backwardPhase, () => recording.backward(grad));
      if (used !== batch) disposeBatch(used);
      return { gradients, losses };
    },

    losses(statistics) {
      return clock.measure('selectionForward', () => {
        const logits = infer(precise.ranking, network, state, batch.images, statistics);
        const { losses, logitsGrad } = lossOf(logits, batch.labels);
        ops.dispose(logits);
        ops.dispose(logitsGrad);
        return losses;
      });
    },

    recordedLosses(statistics) {
      const { recording, losses, logitsGrad } = clock.measure('selectionForward', () => {
        const recording = record(precise.training, network, state, batch.images, statistics, () => true);
        return { recording, ...lossOf(recording.logits, batch.labels) };
      });
      return {
        losses,
        gradients(kept) {
          const { keptLosses, grad } = clock.measure('forward2', () => {
            recording.keepOnly(kept);
            const eachGrad = ops.gather(logitsGrad, kept);
            ops.dispose(logitsGrad);
            return { keptLosses: ops.gather(losses, kept), grad: meanGrad(eachGrad) };
          });
          return { gradients: clock.measure('backward2', () => recording.backward(grad)), losses: keptLosses };
        },
      };
    },

    forEachPart(m, use) {
      for (let start = 0; start < examples; start += m) {
        const size = Math.min(m, examples - start);
        const part = clock.measure('input', () => {
          const indices = ops.upload(
            Int32Array.from({ length: size }, (_, index) => start + index),
            [size],
          );
          const gathered = gather(batch, indices);
          ops.dispose(indices);
          return gathered;
        });
        use(batchObjective(ops, network, state, part, labelSmoothing, clock, onLogits, precise));
        disposeBatch(part);
      }
    },
  };
};
