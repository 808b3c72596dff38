import type { ResultsTable } from '../../shared/result.ts';
import { inSeconds } from '../../shared/results/formats.ts';
import type { Notation } from '../../shared/results/formats.ts';
import { exactTable, textTable } from '../../shared/results/textTable.ts';
import { columns } from './format.ts';

const notation: Notation = {
  escape: (text) => text, // whatever is printed is made harmless as a whole
  ...{ plusMinus: '±', percent: '%', minus: '−', dash: '–' },
  duration: inSeconds,
};

/** The results table for a terminal. */
export const resultsText = (table: ResultsTable): string => {
  const { header, lines, notes } = textTable(table, 'terminal', notation);
  return [columns([header, ...lines]), ...notes].join('\n');
};

/** The results table for a script: the names and values of the CSV and JSON exports. */
export const resultsJson = (
  of: { readonly experimentId: number } | { readonly experimentIds: readonly number[] },
  table: ResultsTable,
): string => JSON.stringify({ ...of, groups: exactTable(table) });
