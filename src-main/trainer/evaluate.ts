import { infer } from './engine/tape.ts';
import type { Run } from './run.ts';

/** Examples of one evaluation batch: large enough to keep the device busy, small enough for any model's activations. */
const evaluationBatch = 256;

/** Loss and accuracy over the test set with the running statistics; gives one value after every batch, the last is the result. */
export function* evaluate(run: Run): Generator<{ readonly loss: number; readonly accuracy: number }> {
  const { ops, network, state, test, augmentation } = run;
  let loss = 0;
  let correct = 0;
  for (let start = 0; start < test.count; start += evaluationBatch) {
    const size = Math.min(evaluationBatch, test.count - start);
    const indices = Int32Array.from({ length: size }, (_, position) => start + position);
    const { images, labels } = test.batch(indices, augmentation);
    const logits = infer(ops, network, state, images, 'evaluate');
    const { losses, logitsGrad } = ops.softmaxCrossEntropy(logits, labels, 0);
    const hits = ops.isCorrect(logits, labels);
    const sums = [losses, hits].map(ops.sum);
    const packed = ops.pack(sums);
    const [batchLoss = NaN, batchCorrect = NaN] = ops.download(packed);
    [images, labels, logits, losses, logitsGrad, hits, packed, ...sums].forEach(ops.dispose);
    loss += batchLoss;
    correct += batchCorrect;
    yield { loss: loss / (start + size), accuracy: correct / (start + size) };
  }
}
