import type { BatchNormGradients, FusedRelu, FusedReluOutput, GivenNormalisation, Ops, Tensor } from './ops.ts';

/** What a convolution made, which this consumes, normalised in an op of its own. */
export const normalisedAfter = (
  ops: Pick<Ops, 'batchNormInference' | 'dispose'>,
  made: Tensor,
  normalisation: GivenNormalisation | undefined,
): Tensor => {
  if (normalisation === undefined) return made;
  const { scale, offset, running, epsilon, relu } = normalisation;
  const output = ops.batchNormInference(made, scale, offset, running, epsilon, relu);
  ops.dispose(made);
  return output;
};

/**
 * Gives an op table whose convolutions and batch normalisations disregard what is fused with them that, as ops of their own: for engines
 * that have no kernels for it.
 */
export const withFusedRelu = (plain: Ops): Ops => {
  /** ReLU of the sum of a normalised tensor, which it consumes, and the residual. */
  const finished = (normalised: Tensor, relu: FusedRelu | undefined): Tensor => {
    if (relu === undefined) return normalised;
    const sum = relu.residual === null ? normalised : plain.add(normalised, relu.residual);
    const output = plain.relu(sum);
    new Set([normalised, sum]).forEach(plain.dispose);
    return output;
  };
  /** Gradients of what came before the ReLU; what passed it is the residual's gradient. */
  const throughRelu = (
    dy: Tensor,
    relu: FusedReluOutput | undefined,
    gradients: (dy: Tensor) => BatchNormGradients,
  ): BatchNormGradients => {
    if (relu === undefined) return gradients(dy);
    const residual = plain.reluGrad(dy, relu.output);
    const others = gradients(residual);
    if (relu.hasResidual) return { ...others, residual };
    plain.dispose(residual);
    return others;
  };

  const batchNormInference: Ops['batchNormInference'] = (x, scale, offset, running, epsilon, relu) =>
    finished(plain.batchNormInference(x, scale, offset, running, epsilon), relu);

  const normalising = { ...plain, batchNormInference };

  return {
    ...normalising,
    conv2d: (x, kernel, convolution, normalisation) =>
      normalisedAfter(normalising, plain.conv2d(x, kernel, convolution), normalisation),
    batchNorm(x, scale, offset, running, settings, relu) {
      const { output, ...others } = plain.batchNorm(x, scale, offset, running, settings);
      return { output: finished(output, relu), ...others };
    },
    batchNormGrad: (dy, x, scale, saved, epsilon, relu) =>
      throughRelu(dy, relu, (passed) => plain.batchNormGrad(passed, x, scale, saved, epsilon)),
    batchNormFrozenGrad: (dy, x, scale, saved, epsilon, relu) =>
      throughRelu(dy, relu, (passed) => plain.batchNormFrozenGrad(passed, x, scale, saved, epsilon)),
  };
};
