/** What the peak memory of a step counts, for a person. */
export const peakMemoryMeaning =
  'the most bytes of tensors that the engine held at once (data, parameters, momentum, activations, gradients), shared memory counted for each holder; TensorFlow’s own scratch memory is not in it.';
