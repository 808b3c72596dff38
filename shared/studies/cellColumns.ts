import type { StudyCell } from './report.ts';

/** A column of an item's table, in words alike for terminal, reports and RESULTS.md. */
interface CellColumn {
  readonly header: string;
  readonly text: (cell: StudyCell) => string;
}

const none = '–';
const fixed = (value: number): string => value.toFixed(2);
const withSd = (mean: number | null | undefined, sd: number | null | undefined): string =>
  typeof mean !== 'number' ? none : `${fixed(mean)}${typeof sd === 'number' ? ` ± ${fixed(sd)}` : ''}`;
const share = (value: number | null | undefined): string =>
  typeof value === 'number' ? `${(100 * value).toFixed(0)} %` : none;
const percent = (value: number): string => (100 * value).toFixed(0);

const cellColumns: readonly CellColumn[] = [
  { header: 'Network and data', text: ({ row }) => row },
  { header: 'Method', text: ({ label }) => label },
  {
    header: 'Paper, %',
    text: ({ paper }) => withSd(paper?.accuracy, paper?.sd) + (paper?.isQuoted === true ? ', quoted' : ''),
  },
  { header: 'Ours, %', text: ({ ours }) => withSd(ours.mean, ours.sd) },
  { header: 'n', text: ({ n }) => (n === 0 ? none : String(n)) },
  {
    header: 'Difference',
    text: ({ difference }) =>
      difference === null ? none : `${difference < 0 ? '−' : '+'}${fixed(Math.abs(difference))}`,
  },
  { header: 'Inside ± 2 sd', text: ({ isInside }) => (isInside === null ? none : isInside ? 'yes' : 'no') },
  { header: 'Against our SAM', text: ({ againstSam }) => againstSam ?? none },
  { header: 'Paper: speed of SAM', text: ({ paperSpeedRatio }) => share(paperSpeedRatio) },
  { header: 'Our speed of SAM', text: ({ speedRatio }) => share(speedRatio) },
  {
    header: 'Measured together [95 % CI]',
    text: ({ pairedSpeed }) =>
      pairedSpeed === null
        ? none
        : `${share(pairedSpeed.ratio)} [${percent(pairedSpeed.low)}, ${percent(pairedSpeed.high)}]`,
  },
  { header: 'Becker 2024, %', text: ({ second }) => withSd(second?.accuracy, second?.sd) },
  { header: 'Becker 2024: speed of SAM', text: ({ second }) => share(second?.speedRatio) },
  { header: 'Seeds', text: ({ seedsDone, seedsWanted }) => `${seedsDone} of ${seedsWanted}` },
  { header: 'Runs', text: ({ runIds }) => (runIds.length === 0 ? none : runIds.join(', ')) },
];

/** An item's cells as a table of texts, without the columns that say nothing of any of them. */
export const cellTable = (cells: readonly StudyCell[]): { readonly header: string[]; readonly lines: string[][] } => {
  const told = cellColumns.filter(({ text }) => cells.some((cell) => text(cell) !== none));
  return { header: told.map(({ header }) => header), lines: cells.map((cell) => told.map(({ text }) => text(cell))) };
};
