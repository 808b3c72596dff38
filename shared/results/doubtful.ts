import type { ResultsRow, ResultsTable } from '../result.ts';
import type { Column } from './column.ts';
import type { Notation } from './formats.ts';

const mark = '†';
const doubtNote = `${mark} The runs’ own speeds and the paired measurement disagree: runs that are trained one after another drift with what else the machine does. Believe the paired one.`;

const isDoubtful = (column: Column, row: ResultsRow, table: ResultsTable): boolean =>
  column.verdict(row, table) === 'doubtful';

/** What stands behind a value where a row has one line only: its interval, where it is needed, and the mark of what another measurement doubts. */
export const behind = (column: Column, row: ResultsRow, table: ResultsTable, notation: Notation): string =>
  (column.isBelowNeeded ? column.below(row, table, notation) : '') +
  (isDoubtful(column, row, table) ? notation.escape(mark) : '');

/** What the mark means, where a table has it; not escaped. */
export const doubtNotes = (columns: readonly Column[], table: ResultsTable): readonly string[] =>
  columns.some((column) => table.rows.some((row) => isDoubtful(column, row, table))) ? [doubtNote] : [];
