import type { RunningStatistics } from '../layers.ts';
import type { BatchNormGradients, FusedReluOutput, Ops, Tensor } from '../ops.ts';

/**
 * Gradients of y = scale·(x − mean)/√(variance + ε) + offset with given mean and variance [C], after a fused ReLU where there was one. Of
 * analyses alone, so it is made of plain ops.
 */
export const batchNormEvaluationGrad = (
  ops: Ops,
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  { mean, variance }: RunningStatistics,
  epsilon: number,
  relu?: FusedReluOutput,
): BatchNormGradients => {
  const temporary: Tensor[] = [];
  const keep = (tensor: Tensor): Tensor => {
    temporary.push(tensor);
    return tensor;
  };
  const arriving = relu === undefined ? dy : keep(ops.reluGrad(dy, relu.output));
  const sd = keep(ops.sqrt(keep(ops.add(variance, ops.constant(epsilon)))));
  const normalised = keep(ops.divide(keep(ops.subtract(x, mean)), sd));
  const gradients = {
    input: ops.multiply(arriving, keep(ops.divide(scale, sd))),
    scale: ops.biasAddGrad(keep(ops.multiply(arriving, normalised))),
    offset: ops.biasAddGrad(arriving),
    ...(relu?.hasResidual === true && { residual: ops.reshape(arriving, arriving.shape) }),
  };
  temporary.forEach(ops.dispose);
  return gradients;
};
