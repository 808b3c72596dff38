import { nameOfMethod } from '../method.ts';
import type { ResultsTable } from '../result.ts';
import type { Output } from './column.ts';
import { columnsOf, resultColumns } from './columns.ts';
import { behind, doubtNotes } from './doubtful.ts';
import type { Exact, Notation } from './formats.ts';

export interface TextTable {
  readonly header: readonly string[];
  readonly lines: readonly (readonly string[])[];
  /** What its marks mean, a sentence each; not escaped. */
  readonly notes: readonly string[];
}

/** The results table in words, one line a group: units in the header, intervals behind their values. */
export const textTable = (table: ResultsTable, output: Output, notation: Notation): TextTable => {
  const columns = columnsOf(output, table);
  return {
    header: columns.map((column) => {
      const unit = column.unit(notation);
      const header = notation.escape(column.header(table));
      return unit === null ? header : `${header} (${unit})`;
    }),
    lines: table.rows.map((row) =>
      columns.map((column) => {
        const text = column.text(row, table, notation);
        const below = behind(column, row, table, notation);
        return below === '' ? text : `${text} ${below}`;
      }),
    ),
    notes: doubtNotes(columns, table),
  };
};

/** Chosen columns for machines: the method by its name, the settings that differ, then the values. One object a group. */
export const chosenValues = (
  table: ResultsTable,
  chosen: readonly string[] | null,
): Readonly<Record<string, Exact>>[] => {
  const settings = [...new Set(table.rows.flatMap((row) => Object.keys(row.settings)))];
  const columns = columnsOf('paper', table, chosen).filter(({ id }) => id !== 'label');
  return table.rows.map((row) =>
    Object.fromEntries<Exact>([
      ['method', nameOfMethod(row.config.optimizer)],
      ...settings.map((name) => [name, row.settings[name] ?? null] as const),
      ...columns.flatMap((column) => {
        const values = column.exact(row, table);
        return column.names.map((name, index) => [name, values[index] ?? null] as const);
      }),
    ]),
  );
};

/** The results table for machines: every column, and the settings that differ. One object a group. */
export const exactTable = (table: ResultsTable): Readonly<Record<string, Exact>>[] => {
  const settings = [...new Set(table.rows.flatMap((row) => Object.keys(row.settings)))];
  return table.rows.map((row) =>
    Object.fromEntries<Exact>([
      ...resultColumns.flatMap((column) => {
        const values = column.exact(row, table);
        return column.names.map((name, index) => [name, values[index] ?? null] as const);
      }),
      ...settings.map((name) => [`setting: ${name}`, row.settings[name] ?? null] as const),
    ]),
  );
};
