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

/** What a convolution made, which this consumes, and something added to it in an op of its own. */
export const addedAfter = (
  ops: Pick<Ops, 'add' | 'dispose'>,
  made: Tensor,
  added: Tensor | null | undefined,
): Tensor => {
  if (!added) return made;
  const sum = ops.add(made, added);
  ops.dispose(made);
  return sum;
};

/**
 * Gives an op table whose convolutions and batch normalisations disregard what is fused with them that, as ops of their own: for engines
 * that have no kernels for it. A fused pooling gains nothing then: what it pools is saved.
 */
export const withFusedRelu = (plain: Omit<Ops, 'fusesMaxPool'>): Ops => {
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

  /** Max-pooling of a tensor, which stays the caller's. */
  const pooledOf = (tensor: Tensor, { pooling }: FusedRelu): Tensor | null =>
    pooling === undefined ? null : plain.maxPool(tensor, pooling);

  const gradientsOf =
    (plainGradients: Ops['batchNormGrad']): Ops['batchNormGrad'] =>
    (dy, x, scale, saved, epsilon, relu) => {
      const gradients = (own: readonly Tensor[]) => (passed: Tensor) => plainGradients(passed, x, scale, own, epsilon);
      const unpooled = saved.at(-1);
      if (relu?.pooling === undefined || unpooled === undefined) return throughRelu(dy, relu, gradients(saved));
      const wide = plain.maxPoolGrad(dy, unpooled, relu.output, relu.pooling);
      const made = throughRelu(wide, { output: unpooled, hasResidual: false }, gradients(saved.slice(0, -1)));
      plain.dispose(wide);
      return made;
    };

  const batchNormInference: Ops['batchNormInference'] = (x, scale, offset, running, epsilon, relu) => {
    const output = finished(plain.batchNormInference(x, scale, offset, running, epsilon), relu);
    const pooled = relu && pooledOf(output, relu);
    if (!pooled) return output;
    plain.dispose(output);
    return pooled;
  };

  const normalising = { ...plain, batchNormInference };

  return {
    ...normalising,
    conv2d: (x, kernel, convolution, normalisation) =>
      normalisedAfter(normalising, plain.conv2d(x, kernel, convolution), normalisation),
    conv2dInputGrad: (dy, kernel, inputShape, convolution, added) =>
      addedAfter(plain, plain.conv2dInputGrad(dy, kernel, inputShape, convolution), added),
    batchNorm(x, scale, offset, running, settings, relu) {
      const { output: normalised, saved, ...others } = plain.batchNorm(x, scale, offset, running, settings);
      const output = finished(normalised, relu);
      const pooled = relu && pooledOf(output, relu);
      return pooled ? { output: pooled, saved: [...saved, output], ...others } : { output, saved, ...others };
    },
    batchNormGrad: gradientsOf(plain.batchNormGrad),
    batchNormFrozenGrad: gradientsOf(plain.batchNormFrozenGrad),
    fusesMaxPool: () => false,
  };
};
