import type { TensorFlow } from './binding.ts';

/**
 * Whether TensorFlow computes with oneDNN's kernels, found by running one (some 10 ms, once): which ones it takes depends on its build,
 * the processor and TF_ENABLE_ONEDNN_OPTS, and its C API does not tell. BatchNorm's reserved last output is an empty vector in
 * oneDNN's kernel and a scalar in TensorFlow's own. The library neither exports nor contains oneDNN's version.
 */
export const usesOneDnn = (tensorflow: TensorFlow): boolean => {
  if (tensorflow.usesGpu) return false;
  const { attribute, upload, run, dispose } = tensorflow;
  const x = upload(Float32Array.of(0, 1), [1, 1, 2, 1]);
  const scale = upload(Float32Array.of(1), [1]);
  const none = upload(new Float32Array(0), [0]);
  const attributes = [
    attribute.type('T', 'float32'),
    attribute.type('U', 'float32'),
    attribute.float('epsilon', 1e-3),
    attribute.float('exponential_avg_factor', 1),
    attribute.string('data_format', 'NHWC'),
    attribute.bool('is_training', true),
  ];
  const outputs = run('FusedBatchNormV3', attributes, [x, scale, scale, none, none], 6);
  const isEmptyVector = outputs.at(-1)?.shape.length === 1;
  [x, scale, none, ...outputs].forEach(dispose);
  return isEmptyVector;
};
