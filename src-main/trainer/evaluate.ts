import { batchesOf } from './data/batches.ts';
import { infer } from './engine/tape.ts';
import { waitForInput } from './inputWait.ts';
import type { Run } from './run.ts';
import type { StopRequest } from './stopRequest.ts';

/** Examples of one evaluation batch: large enough to keep the device busy, small enough for any model's activations. */
const evaluationBatch = 256;
/** Of larger images there are fewer in a batch, so that it has no more pixels than one of this side. */
const fullBatchSide = 96;

/**
 * Loss and accuracy over the test set with the running statistics; gives one value after every batch, the last is the result. Where the
 * run is asked to stop now while it waits for input, what it gives last is of a part of the set.
 */
export async function* evaluate(
  run: Run,
  stop: StopRequest,
): AsyncGenerator<{ readonly loss: number; readonly accuracy: number }> {
  const { ops, network, state, test, augmentation } = run;
  const [height, width] = network.inputShape;
  const size = Math.min(evaluationBatch, Math.ceil((evaluationBatch * fullBatchSide ** 2) / (height * width)));
  const all = Int32Array.from({ length: test.count }, (_, index) => index);
  const batches = batchesOf(all, size, false);
  let loss = 0;
  let correct = 0;
  let seen = 0;
  test.prepare(batches, augmentation);
  for (const indices of batches) {
    await waitForInput(test, stop);
    if (stop.when === 'now') {
      yield { loss: loss / seen, accuracy: correct / seen };
      return;
    }
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
    seen += indices.length;
    yield { loss: loss / seen, accuracy: correct / seen };
  }
}
