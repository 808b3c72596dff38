import { groupedBy } from '../../../shared/groupedBy.ts';
import { methodNames } from '../../../shared/method.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { looksOf } from '../figures/styles.ts';

type Drawing<K extends Study['drawing']['kind']> = Extract<Study['drawing'], { kind: K }>;

/** One colour and shape for each number of layers (Okabe–Ito). */
const looks = [
  { color: '#0072B2', shape: 'circle' },
  { color: '#D55E00', shape: 'rect' },
  { color: '#009E73', shape: 'triangle' },
  { color: '#CC79A7', shape: 'rectRot' },
] as const;

/** g(N, β), the share of SAM's time that SWP saves; lines: k₁(1 − β) + k₂(1 − β)/(Nβ). @see Du et al. 2022, appendix A.6 */
export const overheadPanel = ({ paper, fit }: Drawing<'overhead'>): object => {
  const betas = paper.map(({ beta }) => beta);
  const [low, high] = [Math.min(...betas), Math.max(...betas)];
  const places = Array.from({ length: 33 }, (_, index) => low + (index * (high - low)) / 32);
  const marks = [...groupedBy(paper, ({ layers }) => layers)].flatMap(([layers, points], index) => {
    const look = looks[index % looks.length];
    const fitted = (beta: number): number => 100 * (fit.k1 * (1 - beta) + (fit.k2 * (1 - beta)) / (layers * beta));
    return [
      {
        ...{ kind: 'series', ...look, shape: null, name: '', dash: [3, 2] },
        items: places.map((x) => ({ x, y: fitted(x) })),
      },
      {
        ...{ kind: 'series', ...look, name: `N = ${layers}, paper`, dash: null, isHollow: true },
        items: points.map(({ beta, saved }) => ({ x: beta, y: 100 * saved })),
      },
    ];
  });
  return { title: '', x: { label: 'β' }, y: { label: 'time saved, % of SAM' }, marks };
};

/** Speed against accuracy of what only the paper trained. */
export const publishedPanel = ({ paper }: Drawing<'published'>): object => {
  const styles = looksOf(paper.map(({ method }) => method));
  const marks = paper.map(({ method, accuracy, imagesPerSecond }, index) => ({
    ...{ kind: 'series', ...styles[index], dash: null, isHollow: true, name: '' },
    items: [{ x: imagesPerSecond, y: accuracy, label: methodNames[method] }],
  }));
  return { title: '', x: { label: 'training speed, images/s' }, y: { label: 'best test accuracy, %' }, marks };
};
