import type { ResultsTable } from '../../../shared/result.ts';
import { chosenValues } from '../../../shared/results/textTable.ts';
import type { ExportWish } from './index.ts';
import { plainCell } from './csvCell.ts';

/** Tab-separated, to be pasted into a spreadsheet: the chosen columns in full precision, fractions 0–1, one line a group. */
export const tsv = (table: ResultsTable, { columns }: ExportWish): string => {
  const lines = chosenValues(table, columns);
  const header = Object.keys(lines[0] ?? {});
  const cell = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');
  return [header, ...lines.map((line) => header.map((name) => line[name] ?? null))]
    .map((cells) => `${cells.map((value) => cell(plainCell(value))).join('\t')}\n`)
    .join('');
};
