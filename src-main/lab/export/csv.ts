import type { ResultsTable } from '../../../shared/result.ts';
import { exactTable } from '../../../shared/results/textTable.ts';
import { csvLine } from './csvCell.ts';

/** CSV (RFC 4180): one line a group, full precision, fractions 0–1; settings that differ are columns of their own. */
export const csv = (table: ResultsTable): string => {
  const lines = exactTable(table);
  const header = Object.keys(lines[0] ?? {});
  return [header, ...lines.map((line) => header.map((name) => line[name] ?? null))].map(csvLine).join('');
};
