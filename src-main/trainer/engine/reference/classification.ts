import { at, expectShape, type FloatArray, filled, type NumberArray, twoSides, zeros } from './arrays.ts';

/** a·b of matrices, each transposed on request. */
export const matMul = (a: FloatArray, b: FloatArray, transposeA: boolean, transposeB: boolean): FloatArray => {
  const [aRows, aColumns] = twoSides(a.shape);
  const [bRows, bColumns] = twoSides(b.shape);
  const [rows, inner] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [innerB, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== innerB) throw new Error(`Matrices of ${inner} columns and ${innerB} rows do not multiply.`);
  const product = zeros([rows, columns]);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const left = at(a.data, transposeA ? k * aColumns + row : row * aColumns + k);
        sum += left * at(b.data, transposeB ? column * bColumns + k : k * bColumns + column);
      }
      product.data[row * columns + column] = sum;
    }
  }
  return product;
};

/** The rows of logits [B,K], each with its label. @throws Error if a label is no class. */
const examples = (logits: FloatArray, labels: NumberArray): { row: Float64Array; label: number }[] => {
  const [batch, classes] = twoSides(logits.shape);
  expectShape('The labels', labels.shape, [batch]);
  return Array.from(labels.data, (label, example) => {
    if (label < 0 || label >= classes) throw new Error(`Found the label ${label}, expected 0 to ${classes - 1}.`);
    return { row: logits.data.subarray(example * classes, (example + 1) * classes), label };
  });
};

/** With p = softmax(logits) and targets t = (1 − smoothing)·onehot + smoothing/K: lossᵢ = −Σ t·log p, its gradient p − t. */
export const softmaxCrossEntropy = (
  logits: FloatArray,
  labels: NumberArray,
  smoothing: number,
): { readonly losses: FloatArray; readonly logitsGrad: FloatArray } => {
  const [, classes] = twoSides(logits.shape);
  const logitsGrad = zeros(logits.shape);
  const losses = examples(logits, labels).map(({ row, label }, example) => {
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    let loss = 0;
    row.forEach((logit, index) => {
      const target = (index === label ? 1 - smoothing : 0) + smoothing / classes;
      loss += target * (logSum - logit);
      logitsGrad.data[example * classes + index] = Math.exp(logit - logSum) - target;
    });
    return loss;
  });
  return { losses: filled(labels.shape, (example) => at(losses, example)), logitsGrad };
};

/** 1 where no logit exceeds the label's, else (and with NaN) 0. */
export const isCorrect = (logits: FloatArray, labels: NumberArray): FloatArray => {
  const correct = examples(logits, labels).map(({ row, label }) => row.every((logit) => logit <= at(row, label)));
  return filled(labels.shape, (example) => (correct[example] === true ? 1 : 0));
};
