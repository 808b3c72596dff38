import { randomStream } from '../../data/rng.ts';
import { networkBuilder, type Network } from '../../engine/network.ts';
import type { Ops } from '../../engine/ops.ts';
import { referenceOps } from '../../engine/referenceOps.ts';
import { disposeState, initialState } from '../../initialState.ts';
import { batchObjective } from '../../batchObjective.ts';
import { disposeBatch, randomBatch } from './randomTensors.ts';

const batchSize = 16;

/**
 * What residual networks are made of: 3×3, strided 3×3 and strided 1×1 convolutions, BatchNorm, addition, ReLU, average pooling, dense;
 * of 16 channels, so that TensorFlow's engine computes them on its own kernels where it has some.
 * A ReLU only at the end, and no offset that a later BatchNorm would undo: else bfloat16's rounding, right as it is, switches
 * activations on or off or is all that is left, and a fifth of some gradients is noise.
 */
const tinyNetwork = ((): Network => {
  const build = networkBuilder([12, 12, 3]);
  const stem = build.conv2d('stem', build.input, 16, { size: 3 });
  const inner = build.conv2d('inner', stem, 16, { size: 3 });
  const shortcut = build.batchNorm('shortcut.bn', build.conv2d('shortcut.conv', inner, 16, { size: 1, stride: 2 }));
  const branch = build.conv2d('branch.conv', inner, 16, { size: 3, stride: 2 });
  const sum = build.batchNormRelu('branch.bn', branch, shortcut);
  return build.build(build.dense('dense', build.globalAveragePool(sum), 4));
})();

/** Gradients of one batch at the same parameters, which come from one random stream. @param passes - the precision's op table. */
const gradientsOn = (ops: Ops, passes: Ops): readonly (readonly number[])[] => {
  const state = initialState(ops, tinyNetwork, randomStream(0, 'weights'));
  // All of one class: the examples' gradients add up instead of cancelling.
  const batch = randomBatch(ops, randomStream(0, 'augmentation'), tinyNetwork.inputShape, 1, batchSize);
  const noClock = { measure: <R>(_phase: unknown, work: () => R): R => work() };
  const objective = batchObjective(ops, tinyNetwork, state, batch, 0, noClock, () => undefined, {
    training: passes,
    ranking: passes,
    microBatch: null,
  });
  const { gradients, losses } = objective.gradients({ pass: 'first', statistics: 'keep' });
  ops.dispose(losses);
  const values = gradients.map((gradient) => {
    if (gradient === null) throw new Error('A gradient is missing.');
    const read = [...ops.download(gradient)];
    ops.dispose(gradient);
    return read;
  });
  disposeBatch(ops, batch);
  disposeState(ops, state);
  return values;
};

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => (Number.isNaN(value) ? NaN : Math.max(most, Math.abs(value))), 0);

/**
 * How far an engine's gradients are from the reference's on a tiny network, relative to each tensor's largest element.
 * @returns the worst tensor's deviation (null where it is not finite) and name.
 */
export const gradientDeviation = (
  ops: Ops,
  passes: Ops,
): { readonly gradientDeviation: number | null; readonly deviatesMost: string } => {
  const reference = referenceOps();
  const right = gradientsOn(reference, reference);
  reference.close();
  const deviations = gradientsOn(ops, passes).map((found, index) => {
    const expected = right[index] ?? [];
    const deviation = largest(expected.map((value, at) => value - (found[at] ?? NaN))) / largest(expected);
    return {
      name: tinyNetwork.parameters[index]?.name ?? '',
      deviation: Number.isFinite(deviation) ? deviation : Infinity,
    };
  });
  const worst = deviations.reduce((most, each) => (each.deviation > most.deviation ? each : most));
  return {
    gradientDeviation: Number.isFinite(worst.deviation) ? worst.deviation : null,
    deviatesMost: worst.name,
  };
};
