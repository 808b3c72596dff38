/**
 * Losses and their gradients, in float64 on the host: a batch has few logits, and JavaScript's exp and log are at hand.
 * With p = softmax(logits) and targets t = (1 − smoothing)·onehot + smoothing/K: lossᵢ = −Σ t·log p, its gradient p − t.
 */
export const softmaxCrossEntropy = (
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
  smoothing: number,
  to: { readonly losses: Float32Array; readonly logitsGrad: Float32Array },
): void => {
  labels.forEach((label, example) => {
    const row = logits.subarray(example * classes, (example + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    let loss = 0;
    row.forEach((logit, index) => {
      const target = (index === label ? 1 - smoothing : 0) + smoothing / classes;
      loss += target * (logSum - logit);
      to.logitsGrad[example * classes + index] = Math.exp(logit - logSum) - target;
    });
    to.losses[example] = loss;
  });
};

/** 1 where no logit exceeds the label's, else (and with NaN) 0. */
export const isCorrect = (logits: Float32Array, labels: readonly number[], classes: number, to: Float32Array): void => {
  labels.forEach((label, example) => {
    const row = logits.subarray(example * classes, (example + 1) * classes);
    const own = row[label] ?? NaN;
    to[example] = row.every((logit) => logit <= own) ? 1 : 0;
  });
};

/** Labels as numbers. @throws Error if one is no class. */
export const labelsOf = (longs: BigInt64Array, classes: number): number[] =>
  Array.from(longs, (long) => {
    const label = Number(long);
    if (label < 0 || label >= classes) throw new Error(`Found the label ${label}, expected 0 to ${classes - 1}.`);
    return label;
  });

/** Places of the k largest values in falling order, ties by place, NaN last. */
export const topK = (values: Float32Array, k: number): number[] => {
  const key = (place: number): number => {
    const value = values[place] ?? NaN;
    return Number.isNaN(value) ? -Infinity : value;
  };
  const places = Array.from(values.keys());
  places.sort((a, b) => (key(a) === key(b) ? a - b : key(b) - key(a)));
  return places.slice(0, k);
};
