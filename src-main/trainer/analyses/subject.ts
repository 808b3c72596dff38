import type { RandomStream } from '../data/rng.ts';
import type { NetworkState, StatisticsMode } from '../engine/layers.ts';
import type { Network } from '../engine/network.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import { infer, record } from '../engine/tape.ts';
import type { Batch } from '../batchObjective.ts';
import { addShare, type Gradients } from '../optimizers/index.ts';
import { vectors, type Vector, type Vectors } from './vectors.ts';

/** What is analysed: a network at θ, and the examples over which its loss is taken. An analysis leaves all of it as it was. */
export interface Subject {
  readonly ops: Ops;
  readonly network: Network;
  readonly state: NetworkState;
  /** In the order of the examples; each goes through the network at once. */
  readonly batches: readonly Batch[];
  /** Of the loss; none where it is absent. */
  readonly labelSmoothing?: number;
  /** The radius with which the run trained; null where it has none. */
  readonly trainingRho: number | null;
  /** The chances of one purpose: the same however often they are asked for. */
  readonly random: (purpose: string) => RandomStream;
  /** Lets messages arrive between two passes; throws where the analysis is to end. */
  readonly pause: () => Promise<void>;
}

/** What a loss is a function of. */
export type LossSubject = Pick<Subject, 'ops' | 'network' | 'state' | 'batches' | 'labelSmoothing'>;

export const examplesOf = ({ labels }: Batch): number => labels.shape[0] ?? 0;

/** The loss of a subject as a function of its parameters: mean cross entropy, without label smoothing where runs are to compare. */
export interface LossFunction {
  readonly vectors: Vectors;
  /** θ; stays the subject's. */
  readonly parameters: Vector;
  /** At other parameters, θ itself where none are given. */
  loss(at?: Vector): number;
  /** Each example's, in order. */
  losses(at?: Vector): number[];
  /** The caller's. */
  gradient(at?: Vector): Tensor[];
}

/** @param mode - `evaluate` with the running statistics, `keep` with those of each batch. @param batches - all of the subject's by default. */
export const lossFunction = (
  { ops, network, state, batches: all, labelSmoothing = 0 }: LossSubject,
  mode: Exclude<StatisticsMode, 'update'> = 'evaluate',
  batches = all,
): LossFunction => {
  const total = batches.reduce((sum, batch) => sum + examplesOf(batch), 0);
  const parameters = [...state.parameters];
  const at = <R>(where: Vector, use: () => R): R => {
    where.forEach((tensor, index) => (state.parameters[index] = tensor));
    try {
      return use();
    } finally {
      parameters.forEach((tensor, index) => (state.parameters[index] = tensor));
    }
  };
  const lossesOf = ({ images, labels }: Batch): Tensor => {
    const logits = infer(ops, network, state, images, mode);
    const { losses, logitsGrad } = ops.softmaxCrossEntropy(logits, labels, labelSmoothing);
    [logits, logitsGrad].forEach(ops.dispose);
    return losses;
  };
  const gradientOf = ({ images, labels }: Batch): Gradients => {
    const recording = record(ops, network, state, images, mode, () => true);
    const { losses, logitsGrad } = ops.softmaxCrossEntropy(recording.logits, labels, labelSmoothing);
    const grad = ops.multiply(logitsGrad, ops.constant(1 / (labels.shape[0] ?? 1)));
    [losses, logitsGrad].forEach(ops.dispose);
    return recording.backward(grad);
  };
  const lossesAt = (where: Vector = parameters): number[] =>
    at(where, () =>
      batches.flatMap((batch) => {
        const losses = lossesOf(batch);
        const values = [...ops.download(losses)];
        ops.dispose(losses);
        return values;
      }),
    );
  return {
    vectors: vectors(ops),
    parameters,
    loss: (where) => lossesAt(where).reduce((sum, value) => sum + value, 0) / total,
    losses: lossesAt,
    gradient: (where = parameters) =>
      at(where, () => {
        const sum = batches.reduce<Gradients>(
          (before, batch) => addShare(ops, before, gradientOf(batch), examplesOf(batch) / total),
          [],
        );
        return sum.map((gradient) => {
          if (gradient === null) throw new Error('A parameter has no gradient.');
          return gradient;
        });
      }),
  };
};

/** Examples of a batch, as a batch of their own; the caller's. */
export const subBatch = (ops: Ops, { images, labels }: Batch, examples: readonly number[]): Batch => {
  const chosen = ops.upload(Int32Array.from(examples), [examples.length]);
  const batch = { images: ops.gather(images, chosen), labels: ops.gather(labels, chosen) };
  ops.dispose(chosen);
  return batch;
};

export const disposeBatch = (ops: Ops, { images, labels }: Batch): void => [images, labels].forEach(ops.dispose);
