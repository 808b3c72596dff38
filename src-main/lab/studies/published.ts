import { methodNames } from '../../../shared/method.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { looksOf } from '../figures/styles.ts';

type Published = Extract<Study['drawing'], { kind: 'published' }>;

/** Speed against accuracy of what only the paper trained. */
export const publishedPanel = ({ paper }: Published): object => {
  const styles = looksOf(paper.map(({ method }) => method));
  const marks = paper.map(({ method, accuracy, imagesPerSecond }, index) => ({
    ...{ kind: 'series', ...styles[index], dash: null, isHollow: true, name: '' },
    items: [{ x: imagesPerSecond, y: accuracy, label: methodNames[method] }],
  }));
  return { title: '', x: { label: 'training speed, images/s' }, y: { label: 'best test accuracy, %' }, marks };
};
