import { infer, record } from './engine/tape.ts';
import type { NetworkState } from './engine/layers.ts';
import type { Network } from './engine/network.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import type { Prefix } from './engine/prefix.ts';
import { addShare, type Gradients, type Objective, type PhaseClock } from './optimizers/index.ts';

export interface Batch {
  /** float32 [B,H,W,C], normalised and augmented. */
  readonly images: Tensor;
  /** int64 [B]. */
  readonly labels: Tensor;
}

/** How passes are done. */
export interface Passes {
  /** The op tables of the passes that train, and of the forward pass that only has to rank. */
  readonly training: Ops;
  readonly ranking: Ops;
  /**
   * Examples that go through the network at once; larger batches go in several parts whose gradients add up. Null = all at once.
   * BatchNorm then normalises each part by its own statistics, and moves the running ones with each.
   */
  readonly microBatch: number | null;
}

/**
 * The mean cross entropy of a batch under a network.
 * @param onLogits - sees a whole batch's logits at θ [B,K] and labels [B] before they are freed (training accuracy at θ).
 */
export const batchObjective = (
  ops: Ops,
  network: Network,
  state: NetworkState,
  batch: Batch,
  labelSmoothing: number,
  clock: PhaseClock,
  onLogits: (logits: Tensor, labels: Tensor) => void,
  passes: Passes = { training: ops, ranking: ops, microBatch: null },
): Objective => {
  const { dispose } = ops;
  const examples = batch.labels.shape[0] ?? 0;
  const lossOf = (logits: Tensor, labels: Tensor) => ops.softmaxCrossEntropy(logits, labels, labelSmoothing);

  /** ∂(mean loss)/∂logits from each example's own gradient, which it consumes. */
  const meanGrad = (eachGrad: Tensor): Tensor => {
    const grad = ops.multiply(eachGrad, ops.constant(1 / (eachGrad.shape[0] ?? 1)));
    dispose(eachGrad);
    return grad;
  };

  const gather = ({ images, labels }: Batch, indices: Tensor): Batch => ({
    images: ops.gather(images, indices),
    labels: ops.gather(labels, indices),
  });
  const disposeBatch = ({ images, labels }: Batch): void => {
    dispose(images);
    dispose(labels);
  };
  const joined = (parts: readonly Tensor[]): Tensor => {
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const whole = ops.concat(parts);
    parts.forEach(dispose);
    return whole;
  };

  /** Gives `use` a batch in parts of at most `size` examples, in order; a batch that fits goes as it is. */
  const inParts = <R>(whole: Batch, size: number | null, use: (part: Batch, share: number) => R): R[] => {
    const total = whole.labels.shape[0] ?? 0;
    if (size === null || size >= total) return [use(whole, 1)];
    const results: R[] = [];
    for (let start = 0; start < total; start += size) {
      const count = Math.min(size, total - start);
      const part = clock.measure('input', () => {
        const indices = ops.upload(
          Int32Array.from({ length: count }, (_, index) => start + index),
          [count],
        );
        const gathered = gather(whole, indices);
        dispose(indices);
        return gathered;
      });
      results.push(use(part, count / total));
      disposeBatch(part);
    }
    return results;
  };

  /** What the first pass over some examples (undefined: all) left for the second one. */
  let left: { readonly prefix: Prefix; readonly kept: Tensor | undefined } | null = null;
  /** That, where it was over the same; a pass has to give it to the tape. */
  const takeLeft = (kept?: Tensor): Prefix | null => {
    const taken = left;
    left = null;
    if (taken === null || taken.kept === kept) return taken?.prefix ?? null;
    taken.prefix.dispose();
    return null;
  };

  return {
    examples,

    gradients({ pass, statistics, isWanted = () => true, kept, next }) {
      const [forwardPhase, backwardPhase] =
        pass === 'first' ? (['forward1', 'backward1'] as const) : (['forward2', 'backward2'] as const);
      const prefix = takeLeft(kept);
      const whole = kept === undefined ? batch : clock.measure(forwardPhase, () => gather(batch, kept));
      const logits: Tensor[] = [];
      let sum: Gradients = [];
      const losses = inParts(whole, passes.microBatch, (part, share) => {
        const { recording, losses, grad } = clock.measure(forwardPhase, () => {
          // A batch goes in parts to save memory: nothing is kept of those.
          const neighbours = share === 1 ? { prefix, next } : {};
          const recording = record(passes.training, network, state, part.images, statistics, isWanted, neighbours);
          const { losses, logitsGrad } = lossOf(recording.logits, part.labels);
          if (pass === 'first' && kept === undefined)
            logits.push(ops.reshape(recording.logits, recording.logits.shape));
          return { recording, losses, grad: meanGrad(logitsGrad) };
        });
        clock.measure(backwardPhase, () => {
          const gradients = recording.backward(grad);
          sum = share === 1 ? gradients : addShare(ops, sum, gradients, share);
        });
        if (recording.prefix !== null) left = { prefix: recording.prefix, kept };
        return losses;
      });
      if (logits.length > 0) {
        const all = joined(logits);
        onLogits(all, batch.labels);
        dispose(all);
      }
      if (whole !== batch) disposeBatch(whole);
      return { gradients: sum, losses: joined(losses) };
    },

    losses(statistics, at = 'above') {
      const counted: Tensor[] = [];
      const prefix = takeLeft(); // there is none where the batch goes in parts
      const losses = inParts(batch, passes.microBatch, (part) =>
        clock.measure('selectionForward', () => {
          const logits = infer(passes.ranking, network, state, part.images, statistics, prefix);
          const { losses, logitsGrad } = lossOf(logits, part.labels);
          if (at === 'here') counted.push(logits);
          else dispose(logits);
          dispose(logitsGrad);
          return losses;
        }),
      );
      if (counted.length > 0) {
        const all = joined(counted);
        onLogits(all, batch.labels);
        dispose(all);
      }
      return joined(losses);
    },

    recordedLosses(statistics) {
      const { recording, losses, logitsGrad } = clock.measure('selectionForward', () => {
        const recording = record(passes.training, network, state, batch.images, statistics, () => true, {
          prefix: takeLeft(),
        });
        return { recording, ...lossOf(recording.logits, batch.labels) };
      });
      return {
        losses,
        gradients(kept) {
          const { keptLosses, grad } = clock.measure('forward2', () => {
            recording.keepOnly(kept);
            const eachGrad = ops.gather(logitsGrad, kept);
            dispose(logitsGrad);
            return { keptLosses: ops.gather(losses, kept), grad: meanGrad(eachGrad) };
          });
          return { gradients: clock.measure('backward2', () => recording.backward(grad)), losses: keptLosses };
        },
      };
    },

    forEachPart(m, use) {
      inParts(batch, m, (part) => {
        use(batchObjective(ops, network, state, part, labelSmoothing, clock, onLogits, passes));
      });
    },
  };
};
