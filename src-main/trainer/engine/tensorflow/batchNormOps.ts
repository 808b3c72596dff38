import type { FusedRelu, FusedReluOutput, MaxPooling, Ops, Tensor } from '../ops.ts';
import type { TensorFlow } from './binding.ts';

export type BatchNormOps = Pick<Ops, 'batchNorm' | 'batchNormInference' | 'batchNormGrad' | 'batchNormFrozenGrad'>;

/** Images of whole vectors of channels: what the lab's own kernels are for. */
const isOurs = ({ shape, dataType }: Tensor): boolean =>
  shape.length === 4 && (shape[3] ?? 0) % 16 === 0 && (dataType === 'float32' || dataType === 'bfloat16');

/** Max-pooling that those do in the same op. */
const isOurPooling = ({ size, stride, padding = 0 }: MaxPooling): boolean =>
  size === 2 && stride === 2 && padding === 0;

/** What is added before a fused ReLU: one tensor or none. */
export const residualsOf = (relu: FusedRelu | undefined): Tensor[] =>
  relu === undefined || relu.residual === null ? [] : [relu.residual];

/**
 * Batch normalisation with the ReLU after it in one op, on the lab's own kernels (kernels/normalizations.h).
 * @param others - for the tensors that these do not fit.
 */
export const batchNormOps = (
  { one, run, attribute }: TensorFlow,
  others: BatchNormOps,
): BatchNormOps & Pick<Ops, 'fusesMaxPool'> => {
  const attributesOf = (x: Tensor, residuals: number, relu: FusedRelu | FusedReluOutput | undefined) => [
    attribute.type('T', x.dataType),
    attribute.int('N', residuals),
    attribute.bool('relu', relu !== undefined),
    attribute.bool('pooled', relu?.pooling !== undefined),
  ];
  const fits = (x: Tensor, relu: FusedRelu | FusedReluOutput | undefined): boolean =>
    isOurs(x) && (relu?.pooling === undefined || isOurPooling(relu.pooling));

  const gradients = (
    isFrozen: boolean,
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    relu: FusedReluOutput | undefined,
    isInputWanted: boolean,
  ) => {
    const outputs = relu?.hasResidual === true ? [relu.output] : []; // else x alone tells what was positive
    const attributes = [
      ...attributesOf(x, outputs.length, relu),
      attribute.bool('frozen', isFrozen),
      attribute.bool('input', isInputWanted),
    ];
    const inputs = [dy, x, scale, ...saved, ...outputs];
    const [input, scaleGrad, offsetGrad, residual] = run('EsamBatchNormGrad', attributes, inputs, 3 + outputs.length);
    if (input === undefined || scaleGrad === undefined || offsetGrad === undefined) {
      throw new Error('EsamBatchNormGrad gave too few outputs.');
    }
    return { input, scale: scaleGrad, offset: offsetGrad, ...(residual === undefined ? {} : { residual }) };
  };

  return {
    batchNorm(x, scale, offset, running, settings, relu) {
      if (!fits(x, relu)) return others.batchNorm(x, scale, offset, running, settings, relu);
      const residual = residualsOf(relu);
      const attributes = [
        ...attributesOf(x, residual.length, relu),
        attribute.float('epsilon', settings.epsilon),
        attribute.float('momentum', settings.momentum),
      ];
      const inputs = [x, scale, offset, running.mean, running.variance, ...residual];
      const [output, runningMean, runningVariance, ...saved] = run('EsamBatchNorm', attributes, inputs, 4);
      if (output === undefined || runningMean === undefined || runningVariance === undefined) {
        throw new Error('EsamBatchNorm gave too few outputs.');
      }
      return { output, runningMean, runningVariance, saved };
    },
    batchNormInference(x, scale, offset, running, epsilon, relu) {
      if (!fits(x, relu)) return others.batchNormInference(x, scale, offset, running, epsilon, relu);
      const residual = residualsOf(relu);
      const attributes = [
        ...attributesOf(x, residual.length, relu),
        attribute.float('epsilon', epsilon),
        attribute.float('momentum', 0),
      ];
      const inputs = [x, scale, offset, running.mean, running.variance, ...residual];
      return one('EsamBatchNormInference', attributes, ...inputs);
    },
    fusesMaxPool: (channels, pooling) => channels % 16 === 0 && isOurPooling(pooling),
    batchNormGrad: (dy, x, scale, saved, epsilon, relu, isInputWanted = true) =>
      fits(x, relu)
        ? gradients(false, dy, x, scale, saved, relu, isInputWanted)
        : others.batchNormGrad(dy, x, scale, saved, epsilon, relu),
    batchNormFrozenGrad: (dy, x, scale, saved, epsilon, relu, isInputWanted = true) =>
      fits(x, relu)
        ? gradients(true, dy, x, scale, saved, relu, isInputWanted)
        : others.batchNormFrozenGrad(dy, x, scale, saved, epsilon, relu),
  };
};
