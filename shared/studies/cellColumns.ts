import { countText, fixedText, percentText, rateText } from '../numberText.ts';
import type { StudyCell } from './report.ts';

/** A column of an item's table, in words alike for window, terminal, reports and RESULTS.md. */
export interface CellColumn {
  readonly id: string;
  readonly header: string;
  /** One sentence. */
  readonly help: string;
  readonly isText?: true;
  readonly isOfSpeed?: true;
  readonly text: (cell: StudyCell) => string;
}

const none = '–';
const fixed = (value: number): string => fixedText(value, 2);
const withSd = (mean: number | null | undefined, sd: number | null | undefined): string =>
  typeof mean !== 'number' ? none : `${fixed(mean)}${typeof sd === 'number' ? ` ± ${fixed(sd)}` : ''}`;
const percent = (value: number | null | undefined): string =>
  typeof value === 'number' ? percentText(value, 0) : none;

const cellColumns: readonly CellColumn[] = [
  {
    ...{ id: 'row', header: 'Network and data', isText: true },
    help: 'The network, and the data set that it is trained on.',
    text: ({ row }) => row,
  },
  {
    ...{ id: 'method', header: 'Method', isText: true },
    help: 'How the network is trained, with the settings in which the cells differ.',
    text: ({ label }) => label,
  },
  {
    ...{ id: 'paper', header: 'Paper, %' },
    help: 'The paper’s test accuracy, the best of any epoch, ± its standard deviation over seeds; “quoted”: taken by the paper from elsewhere.',
    text: ({ paper }) => withSd(paper?.accuracy, paper?.sd) + (paper?.isQuoted === true ? ' (quoted)' : ''),
  },
  {
    ...{ id: 'ours', header: 'Ours, %' },
    help: 'Our best epoch’s test accuracy, the mean over seeds ± one sample standard deviation.',
    text: ({ ours }) => withSd(ours.mean, ours.sd),
  },
  {
    ...{ id: 'n', header: 'n' },
    help: 'Runs with different seeds behind our mean.',
    text: ({ n }) => (n === 0 ? none : countText(n)),
  },
  {
    ...{ id: 'difference', header: 'Difference' },
    help: 'Ours less the paper’s, in points; only where both trained the same.',
    text: ({ difference }) =>
      difference === null ? none : `${difference < 0 ? '−' : '+'}${fixed(Math.abs(difference))}`,
  },
  {
    ...{ id: 'inside', header: 'Inside ± 2 sd', isText: true },
    help: 'Whether the difference is no larger than 2·√(sd² of the paper + sd² of ours).',
    text: ({ isInside }) => (isInside === null ? none : isInside ? 'yes' : 'no'),
  },
  {
    ...{ id: 'againstSam', header: 'Than our SAM', isText: true },
    help: 'Whether our mean is better or worse than that of our SAM, as the paper’s Table 3 marks it.',
    text: ({ againstSam }) => againstSam ?? none,
  },
  {
    ...{ id: 'paperSpeed', header: 'Paper: speed, % of SAM', isOfSpeed: true },
    help: 'The paper’s images/s in percent of those of its SAM.',
    text: ({ paperSpeedRatio }) => percent(paperSpeedRatio),
  },
  {
    ...{ id: 'speed', header: 'Our speed, % of SAM', isOfSpeed: true },
    help: 'Images/s of our runs, in percent of those of our SAM: one after another, and so with whatever else the machine had to do.',
    text: ({ speedRatio }) => percent(speedRatio),
  },
  {
    ...{ id: 'paired', header: 'Measured together', isOfSpeed: true },
    help: 'The same measured in processes that took the methods’ steps in turn, with the 95 % interval over processes (of one process: over its rounds): believe this one.',
    text: ({ pairedSpeed }) =>
      pairedSpeed === null
        ? none
        : `${percent(pairedSpeed.ratio)} [${percent(pairedSpeed.low)}, ${percent(pairedSpeed.high)}]`,
  },
  {
    ...{ id: 'second', header: 'Becker 2024, %' },
    help: 'A second source: Becker, Altrock and Risse 2024 (Momentum-SAM), tables 1 and 3.',
    text: ({ second }) => withSd(second?.accuracy, second?.sd),
  },
  {
    ...{ id: 'secondSpeed', header: 'Becker 2024: speed, % of SAM', isOfSpeed: true },
    help: 'Their speed, in percent of that of their SAM.',
    text: ({ second }) => percent(second?.speedRatio),
  },
  {
    ...{ id: 'seeds', header: 'Seeds' },
    help: 'Seeds that have a finished run, of those that the item asks for, and those whose run diverged.',
    text: ({ seedsDone, seedsWanted, diverged }) =>
      `${seedsDone} of ${seedsWanted}${diverged === 0 ? '' : `, ${diverged} diverged`}`,
  },
  {
    ...{ id: 'runs', header: 'Runs', isText: true },
    help: 'The runs that stand behind our values.',
    text: ({ runIds }) => (runIds.length === 0 ? none : runIds.join(', ')),
  },
  {
    ...{ id: 'imagesPerSecond', header: 'Images/s', isOfSpeed: true },
    help: 'Of our runs in optimizer steps: the median over epochs, then over runs.',
    text: ({ imagesPerSecond }) => (imagesPerSecond === null ? none : rateText(imagesPerSecond)),
  },
  {
    ...{ id: 'paperImages', header: 'Paper: images/s', isOfSpeed: true },
    help: 'The paper’s images/s, on hardware that it does not name.',
    text: ({ paper }) => (typeof paper?.imagesPerSecond === 'number' ? countText(paper.imagesPerSecond) : none),
  },
];

/** What their columns are, for those who look it up. */
export const cellDefinitions = cellColumns.map(({ header, help }) => ({ name: header, text: help }));

/** The columns that say something of any of an item's cells. */
export const toldColumns = (cells: readonly StudyCell[]): readonly CellColumn[] =>
  cellColumns.filter(({ text }) => cells.some((cell) => text(cell) !== none));

/** An item's cells as a table of texts. */
export const cellTable = (
  cells: readonly StudyCell[],
  isWanted: (column: CellColumn) => boolean = () => true,
): { readonly header: string[]; readonly lines: string[][] } => {
  const told = toldColumns(cells).filter(isWanted);
  return { header: told.map(({ header }) => header), lines: cells.map((cell) => told.map(({ text }) => text(cell))) };
};
