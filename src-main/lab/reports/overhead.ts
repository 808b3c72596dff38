import { percentText } from '../../../shared/numberText.ts';
import type { Overhead } from '../../../shared/studies/report.ts';
import type { OverheadFit, Study } from '../../../shared/studies/study.ts';
import { table } from './document.ts';
import type { Block } from './document.ts';

const percent = (value: number | null): string => (value === null ? '–' : percentText(value).replace('-', '−'));
const fitLine = (name: string, fit: OverheadFit | null): string[] => [
  name,
  ...(fit === null ? ['–', '–', '–'] : [fit.k1, fit.k2, fit.r2].map((value) => value.toFixed(4))),
];

/** What SWP saves of SAM's time, and the fits. */
export const overheadBlocks = ({ drawing }: Study, { cells, fit, measurements }: Overhead): readonly Block[] => [
  ...table(
    'Share of SAM’s time that SWP saves, 1 − t(SWP)/t(SAM), in percent. In each round both took the same steps in one process: of several processes the geometric mean of their medians over rounds, with the 95 % interval of Student’s t over processes; of one, its median with the 95 % bootstrap interval over its rounds.',
    ['N', 'β', 'Paper', 'Ours', '95 % interval'],
    cells.map(({ layers, beta, paper, ours }) => [
      ...[String(layers), String(beta), percent(paper), percent(ours?.saved ?? null)],
      ours === null ? '–' : `[${percent(ours.low)}, ${percent(ours.high)}]`,
    ]),
  ),
  ...table(
    'Least squares of k₁(1 − β) + k₂(1 − β)/(Nβ); R² about the mean.',
    ['Fit', 'k₁', 'k₂', 'R²'],
    [fitLine('Ours', fit), ...(drawing.kind === 'overhead' ? [fitLine('Paper', drawing.fit)] : [])],
  ),
  ...table(
    'How ours were measured: in each round every method took the same steps, in random order. It ended when every interval was within ± 2 % of its ratio, or its time was up.',
    ['N', 'When (UTC)', 'Rounds', 'Processes', 'Batch', 'Ended', 'Engine', 'Threads', 'Processor', 'Memory', 'Lab'],
    measurements.map(({ layers, at, rounds, processes, batchSize, isNarrow, environment: found }) => [
      ...[String(layers), at.slice(0, 16).replace('T', ' '), String(rounds), String(processes), String(batchSize)],
      ...[isNarrow ? 'precise' : 'time was up', found.engine, found.threads === null ? '–' : String(found.threads)],
      ...[`${found.cpuModel} × ${found.cpuCores}`, `${(found.memoryBytes / 2 ** 30).toFixed(0)} GiB`, found.labVersion],
    ]),
  ),
];
