import type { BatchNormGradients, FusedRelu, FusedReluOutput, Ops, Tensor } from './ops.ts';

/**
 * Gives an op table whose batch normalisations disregard a fused ReLU that ReLU, as ops of their own: for engines that have no
 * kernels for it.
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

  return {
    ...plain,
    batchNorm(x, scale, offset, running, settings, relu) {
      const { output, ...others } = plain.batchNorm(x, scale, offset, running, settings);
      return { output: finished(output, relu), ...others };
    },
    batchNormInference: (x, scale, offset, running, epsilon, relu) =>
      finished(plain.batchNormInference(x, scale, offset, running, epsilon), relu),
    batchNormGrad: (dy, x, scale, saved, epsilon, relu) =>
      throughRelu(dy, relu, (passed) => plain.batchNormGrad(passed, x, scale, saved, epsilon)),
    batchNormFrozenGrad: (dy, x, scale, saved, epsilon, relu) =>
      throughRelu(dy, relu, (passed) => plain.batchNormFrozenGrad(passed, x, scale, saved, epsilon)),
  };
};
