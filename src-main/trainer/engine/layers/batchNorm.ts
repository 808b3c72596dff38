import { affine, expectSameShape, imageOf, type Building, type Value } from '../building.ts';
import {
  ifWanted,
  unsaved,
  type BackwardPass,
  type ForwardPass,
  type Layer,
  type RunningStatistics,
} from '../layers.ts';
import type { GivenNormalisation, MaxPooling, Tensor } from '../ops.ts';
import { batchNormEvaluationGrad } from './batchNormEvaluation.ts';

/** PyTorch's. */
const batchNormEpsilon = 1e-5;
const batchNormMomentum = 0.1;

/** Batch normalisation; a ReLU after it, of the sum with a value where that is not null, is the same layer. */
const normalisation = (
  building: Building,
  name: string,
  value: Value,
  relu: { readonly residual: Value | null } | null,
): Value => {
  const channels = imageOf(value)[2];
  const hasResidual = relu !== null && relu.residual !== null;
  const parameters = affine(building, name, channels);
  const statistics = building.statistics(channels);
  const runningOf = (pass: Pick<ForwardPass, 'statistics'> | BackwardPass): RunningStatistics => {
    const running = pass.statistics[statistics];
    if (running === undefined) throw new Error(`There are no running statistics ${statistics}.`);
    return running;
  };
  const givenNormalisation = (pass: Pick<ForwardPass, 'parameter' | 'other' | 'statistics'>): GivenNormalisation => ({
    scale: pass.parameter(0),
    offset: pass.parameter(1),
    running: runningOf(pass),
    epsilon: batchNormEpsilon,
    relu: relu === null ? undefined : { residual: pass.other },
  });
  /** @param pooling - in the same op, where it pays. */
  const layerWith = (pooling: MaxPooling | undefined): Layer => ({
    inputs: relu?.residual ? [value.index, relu.residual.index] : [value.index],
    parameters,
    // What a fused pooling let through is found again from the input.
    keeps: () => ({ input: true, output: relu !== null }),
    savesByExample: false,
    hasStatistics: true,
    ...(pooling === undefined && { givenNormalisation }),
    withMaxPool: (ops, next) =>
      relu !== null && !hasResidual && pooling === undefined && ops.fusesMaxPool(channels, next)
        ? layerWith(next)
        : null,
    forward(pass) {
      const { ops, x, mode } = pass;
      const { scale, offset, running, epsilon, relu: after } = givenNormalisation(pass);
      const fused = after && { ...after, pooling };
      if (mode === 'evaluate') return unsaved(ops.batchNormInference(x, scale, offset, running, epsilon, fused));
      const settings = { epsilon, momentum: batchNormMomentum };
      const result = ops.batchNorm(x, scale, offset, running, settings, fused);
      const moved = { mean: result.runningMean, variance: result.runningVariance };
      const obsolete = mode === 'update' ? running : moved;
      if (mode === 'update') pass.statistics[statistics] = moved;
      ops.dispose(obsolete.mean);
      ops.dispose(obsolete.variance);
      return { output: result.output, saved: result.saved };
    },
    backward(pass) {
      const { ops, dy, input, output, parameter, saved, wanted } = pass;
      const gradientsOf = pass.isFrozen ? ops.batchNormFrozenGrad : ops.batchNormGrad;
      const fused = relu === null ? undefined : { output: output(), hasResidual, pooling };
      const made =
        pass.mode === 'evaluate'
          ? batchNormEvaluationGrad(ops, dy, input(), parameter(0), runningOf(pass), batchNormEpsilon, fused)
          : gradientsOf(dy, input(), parameter(0), saved, batchNormEpsilon, fused, wanted.inputs[0]);
      const given = (gradient: Tensor | undefined, isWanted: boolean | undefined) => ifWanted(ops, gradient, isWanted);
      return {
        inputs: [given(made.input, wanted.inputs[0]), given(made.residual, wanted.inputs[1])],
        parameters: [given(made.scale, wanted.parameters[0]), given(made.offset, wanted.parameters[1])],
      };
    },
  });
  return building.append(layerWith(undefined), value.shape);
};

export const batchNorm = (building: Building, name: string, value: Value): Value =>
  normalisation(building, name, value, null);

/** ReLU of batch normalisation, or of its sum with `residual`, as one layer: fewer passes over memory. */
export const batchNormRelu = (building: Building, name: string, value: Value, residual: Value | null = null): Value => {
  if (residual !== null) expectSameShape(value, residual);
  return normalisation(building, name, value, { residual });
};
