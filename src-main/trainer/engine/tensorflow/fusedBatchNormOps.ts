import type { Tensor } from '../ops.ts';
import type { Attribute, TensorFlow } from './binding.ts';
import type { BatchNormOps } from './batchNormOps.ts';

/** Batch normalisation on TensorFlow's own fused kernels; a ReLU after it is another op. */
export const fusedBatchNormOps = (tensorflow: TensorFlow): BatchNormOps => {
  const { one, run, dispose, using, attribute, constant } = tensorflow;
  const T = attribute.type('T', 'float32');
  const nhwc = attribute.string('data_format', 'NHWC');
  const typed = (x: Tensor): Attribute => attribute.type('T', x.dataType);
  const batchNormAttributes = (x: Tensor, isTraining: boolean, epsilon: number, momentum: number): Attribute[] => [
    typed(x),
    attribute.type('U', 'float32'),
    attribute.float('epsilon', epsilon),
    attribute.float('exponential_avg_factor', momentum),
    nhwc,
    attribute.bool('is_training', isTraining),
  ];

  const batchNormGradients = (
    isTraining: boolean,
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
  ) => {
    const attributes = [
      typed(x),
      attribute.type('U', 'float32'),
      attribute.float('epsilon', epsilon),
      nhwc,
      attribute.bool('is_training', isTraining),
    ];
    const [input, scaleGrad, offsetGrad, ...others] = run(
      'FusedBatchNormGradV3',
      attributes,
      [dy, x, scale, ...saved],
      5,
    );
    if (input === undefined || scaleGrad === undefined || offsetGrad === undefined) {
      throw new Error('FusedBatchNormGradV3 gave too few outputs.');
    }
    others.forEach(dispose);
    return { input, scale: scaleGrad, offset: offsetGrad };
  };

  return {
    batchNorm(x, scale, offset, running, { epsilon, momentum }) {
      const [output, runningMean, runningVariance, ...saved] = run(
        'FusedBatchNormV3',
        batchNormAttributes(x, true, epsilon, momentum),
        [x, scale, offset, running.mean, running.variance],
        6,
      );
      if (output === undefined || runningMean === undefined || runningVariance === undefined) {
        throw new Error('FusedBatchNormV3 gave too few outputs.');
      }
      return { output, runningMean, runningVariance, saved };
    },
    batchNormInference(x, scale, offset, running, epsilon) {
      const [output, ...others] = run(
        'FusedBatchNormV3',
        batchNormAttributes(x, false, epsilon, 1),
        [x, scale, offset, running.mean, running.variance],
        6,
      );
      if (output === undefined) throw new Error('FusedBatchNormV3 gave no output.');
      others.forEach(dispose);
      return output;
    },
    batchNormGrad: (dy, x, scale, saved, epsilon) => batchNormGradients(true, dy, x, scale, saved, epsilon),
    batchNormFrozenGrad(dy, x, scale, saved, epsilon) {
      const [mean, spread, third] = saved;
      if (mean === undefined || spread === undefined || third === undefined) throw new Error('Too few saved tensors.');
      if (!tensorflow.usesGpu) return batchNormGradients(false, dy, x, scale, saved, epsilon);
      // The GPU's kernel saves 1/√(variance + epsilon), but reads the variance when the statistics are frozen.
      const deviation = one('RealDiv', [T], constant(1), spread);
      const shifted = using(deviation, (sd) => one('Mul', [T], sd, sd));
      const variance = using(shifted, (sum) => one('Sub', [T], sum, constant(epsilon)));
      const result = batchNormGradients(false, dy, x, scale, [mean, variance, third], epsilon);
      dispose(variance);
      return result;
    },
  };
};
