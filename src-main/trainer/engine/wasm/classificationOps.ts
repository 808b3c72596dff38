import type { Ops } from '../ops.ts';
import { isCorrect, labelsOf, softmaxCrossEntropy, topK } from './classification.ts';
import type { Operands } from './operands.ts';
import { expectShape, twoSides } from './shapes.ts';

type ClassificationOps = Pick<Ops, 'softmaxCrossEntropy' | 'isCorrect' | 'topK'>;

export const classificationOps = ({ pool, locate, floats, values, create, made }: Operands): ClassificationOps => ({
  softmaxCrossEntropy(logits, labels, smoothing) {
    const [batch, classes] = twoSides(logits.shape);
    const scores = values(floats(logits));
    expectShape('The labels', labels.shape, [batch]);
    const right = labelsOf(pool.longs(locate(labels, 'int64').address, batch), classes);
    const losses = create([batch]);
    const logitsGrad = made('softmaxCrossEntropy', logits.shape, (to) => {
      const results = {
        losses: values(locate(losses)),
        logitsGrad: pool.floats(to, scores.length),
      };
      softmaxCrossEntropy(scores, right, classes, smoothing, results);
    });
    return { losses, logitsGrad };
  },
  isCorrect(logits, labels) {
    const [batch, classes] = twoSides(logits.shape);
    const scores = values(floats(logits));
    expectShape('The labels', labels.shape, [batch]);
    const right = labelsOf(pool.longs(locate(labels, 'int64').address, batch), classes);
    return made('isCorrect', [batch], (to) => {
      isCorrect(scores, right, classes, pool.floats(to, batch));
    });
  },
  topK(list, k) {
    const located = floats(list);
    if (list.shape.length !== 1 || k > located.count) {
      throw new Error(
        `The ${k} largest of shape [${list.shape.join()}] were asked for, expected at least ${k} values.`,
      );
    }
    return made(
      'topK',
      [k],
      (to) => {
        pool.integers(to, k).set(topK(values(located), k));
      },
      'int32',
    );
  },
});
