import type { OfSeed, ResultsRow, ResultsTable } from '../result.ts';
import type { Exact, Format, Notation, Verdict } from './formats.ts';

/**
 * Where a column stands: on screen, in the tables of a paper (Markdown, LaTeX), on a terminal. CSV and JSON have every column.
 */
export type Output = 'screen' | 'paper' | 'terminal';

export interface Definition<V> {
  /** In snake_case; the names in CSV and JSON begin with it. */
  readonly id: string;
  /** In full, for papers and terminals; may name the table's baselines. */
  readonly header: string | ((table: ResultsTable) => string);
  /** Where there is little room. */
  readonly short?: string;
  /** One sentence: what it is. */
  readonly help: string;
  readonly outputs: readonly Output[];
  readonly format: Format<V>;
  readonly read: (row: ResultsRow, table: ResultsTable) => V;
  /** Printed fainter: an expectation, not a measurement. */
  readonly isFaint?: boolean;
  /** What a table's note must say of it. */
  readonly note?: string;
  /** Of columns in which the largest value is the best and is printed bold: that value. */
  readonly best?: (row: ResultsRow, table: ResultsTable) => number | null;
  /** Whether a table for people has the column; where it is not said, it has. */
  readonly isShown?: (table: ResultsTable) => boolean;
  /** How a value is computed, in signs and few words; left out of what is no number. */
  readonly formula?: string;
  /** The one run's value from which, and those of its siblings, a value is computed. */
  readonly ofSeed?: (seed: OfSeed, notation: Notation, table: ResultsTable) => string;
  /** Against which baseline a value is told. */
  readonly over?: 'speedBaseline' | 'accuracyBaseline';
}

/** A column of the results table, whatever kind of value it holds. */
export interface Column {
  readonly id: string;
  readonly help: string;
  readonly outputs: readonly Output[];
  readonly isText: boolean;
  readonly isFaint: boolean;
  readonly note: string | null;
  readonly best: (row: ResultsRow, table: ResultsTable) => number | null;
  readonly isShown: (table: ResultsTable) => boolean;
  readonly formula: string | null;
  readonly ofSeed: ((seed: OfSeed, notation: Notation, table: ResultsTable) => string) | null;
  readonly over: 'speedBaseline' | 'accuracyBaseline' | null;
  readonly short: string;
  /** The header in full, without its unit. */
  readonly header: (table: ResultsTable) => string;
  readonly unit: (notation: Notation) => string | null;
  /** A row's value for people, and what stands below it ('' = nothing). */
  readonly text: (row: ResultsRow, table: ResultsTable, notation: Notation) => string;
  readonly below: (row: ResultsRow, table: ResultsTable, notation: Notation) => string;
  readonly verdict: (row: ResultsRow, table: ResultsTable) => Verdict | null;
  readonly isBelowNeeded: boolean;
  /** For machines: names and exact values. */
  readonly names: readonly string[];
  readonly exact: (row: ResultsRow, table: ResultsTable) => readonly Exact[];
}

export const column = <V>({ id, header, short, format, read, ...rest }: Definition<V>): Column => ({
  ...rest,
  id,
  isText: format.isText === true,
  isFaint: rest.isFaint === true,
  note: rest.note ?? null,
  best: rest.best ?? (() => null),
  isShown: rest.isShown ?? (() => true),
  formula: rest.formula ?? null,
  ofSeed: rest.ofSeed ?? null,
  over: rest.over ?? null,
  short: short ?? (typeof header === 'string' ? header : id),
  header: (table) => (typeof header === 'string' ? header : header(table)),
  unit: (notation) => format.unit?.(notation) ?? null,
  text: (row, table, notation) => format.text(read(row, table), notation),
  below: (row, table, notation) => format.below?.(read(row, table), notation) ?? '',
  verdict: (row, table) => format.verdict?.(read(row, table)) ?? null,
  isBelowNeeded: format.isBelowNeeded === true,
  names: Object.keys(format.parts).map((ending) => id + ending),
  exact: (row, table) => Object.values(format.parts).map((part) => part(read(row, table))),
});

/** What the row of a table is called that has this key. */
export const labelOf = (table: ResultsTable, key: string | null): string | null =>
  table.rows.find((row) => row.key === key)?.label ?? null;

/** " over SAM": against which row values are told. */
export const overRow = (table: ResultsTable, key: string | null): string => {
  const label = labelOf(table, key);
  return label === null ? '' : ` over ${label}`;
};
