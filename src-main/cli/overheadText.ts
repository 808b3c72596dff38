import { percentText } from '../../shared/numberText.ts';
import type { Overhead } from '../../shared/studies/report.ts';
import type { OverheadFit, Study } from '../../shared/studies/study.ts';
import { columns } from './format.ts';

const percent = (value: number): string => percentText(value);
const fitText = ({ k1, k2, r2 }: OverheadFit): string =>
  `k₁ ${k1.toFixed(4)}, k₂ ${k2.toFixed(4)}, R² ${r2.toFixed(4)}`;

/** What SWP saves of SAM's time: the paper's values, ours with their intervals, and the fits of both. */
export const overheadText = ({ drawing }: Study, { cells, fit }: Overhead): string =>
  [
    columns([
      ['N', 'β', 'paper, %', 'ours, %', '95% interval'],
      ...cells.map(({ layers, beta, paper, ours }) => [
        ...[String(layers), String(beta), paper === null ? '–' : percent(paper)],
        ...(ours === null ? ['–', '–'] : [percent(ours.saved), `[${percent(ours.low)}, ${percent(ours.high)}]`]),
      ]),
    ]),
    'Least squares of k₁(1 − β) + k₂(1 − β)/(Nβ):',
    ...(drawing.kind === 'overhead' ? [`  paper: ${fitText(drawing.fit)}`] : []),
    `  ours:  ${fit === null ? 'not measured yet' : fitText(fit)}`,
  ].join('\n');
