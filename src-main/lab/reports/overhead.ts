import type { Overhead } from '../../../shared/studies/report.ts';
import type { OverheadFit, Study } from '../../../shared/studies/study.ts';
import { table } from './document.ts';
import type { Block } from './document.ts';

const percent = (value: number | null): string => (value === null ? '–' : (100 * value).toFixed(2));
const fitLine = (name: string, fit: OverheadFit | null): string[] => [
  name,
  ...(fit === null ? ['–', '–', '–'] : [fit.k1, fit.k2, fit.r2].map((value) => value.toFixed(4))),
];

/** What SWP saves of SAM's time, and the fits. */
export const overheadBlocks = ({ drawing }: Study, { cells, fit }: Overhead): readonly Block[] => [
  ...table(
    'Share of SAM’s time that SWP saves, 1 − t(SWP)/t(SAM), in percent: median over rounds in which both took the same steps, with its 95 % interval.',
    ['N', 'β', 'Paper', 'Ours', '95 % interval'],
    cells.map(({ layers, beta, paper, ours }) => [
      ...[String(layers), String(beta), percent(paper), percent(ours?.saved ?? null)],
      ours === null ? '–' : `[${percent(ours.low)}, ${percent(ours.high)}]`,
    ]),
  ),
  ...table(
    'Least squares of k₁(1 − β) + k₂(1 − β)/(Nβ); R² about the mean.',
    ['', 'k₁', 'k₂', 'R²'],
    [fitLine('Ours', fit), ...(drawing.kind === 'overhead' ? [fitLine('Paper', drawing.fit)] : [])],
  ),
];
