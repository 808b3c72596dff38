import { nameOfMethod } from '../method.ts';
import { percentText } from '../numberText.ts';
import { originText } from '../origin.ts';
import type { ResultsRow, ResultsTable } from '../result.ts';
import { sentenceCase } from '../sentenceCase.ts';
import type { Column } from './column.ts';
import { columnsOf } from './columns.ts';
import { dataOf } from './data.ts';
import { behind, doubtNotes } from './doubtful.ts';
import type { Notation } from './formats.ts';

/** A value of a table for papers. */
export interface PaperCell {
  readonly text: string;
  /** Its interval, where the column always tells it, and the mark of what is doubtful; '' = neither. */
  readonly below: string;
  /** The largest of its column among rows of the same data. */
  readonly isBest: boolean;
}

export interface PaperTable {
  readonly header: readonly { readonly text: string; readonly isText: boolean }[];
  readonly lines: readonly (readonly PaperCell[])[];
  /** What the numbers are, a sentence each; not escaped. */
  readonly notes: readonly string[];
}

const isNumber = (text: string): boolean => text === '–' || Number.isFinite(Number(text));

/** Values that are printed alike are equally good. */
const printed = (value: number): number => Number(percentText(value));

/** The rows whose value is the largest among two or more rows of the same data. */
const bestRows = (column: Column, table: ResultsTable): ReadonlySet<ResultsRow> => {
  const valued = table.rows.flatMap((row) => {
    const value = column.best(row, table);
    return value === null ? [] : [{ row, data: dataOf(row.config), value: printed(value) }];
  });
  const best = valued.filter(({ row, data, value }) => {
    const others = valued.filter((other) => other.data === data && other.row !== row);
    return others.length > 0 && others.every((other) => other.value <= value);
  });
  return new Set(best.map(({ row }) => row));
};

/**
 * The results for a paper: a method by its name, the settings in which the rows differ in columns of their own, then what was measured.
 * @param chosen - ids of the columns that are wanted; null = the usual ones.
 */
export const paperTable = (table: ResultsTable, notation: Notation, chosen: readonly string[] | null): PaperTable => {
  const { escape } = notation;
  const plain = (text: string): PaperCell => ({ text: escape(text), below: '', isBest: false });
  const settings = [...new Set(table.rows.flatMap((row) => Object.keys(row.settings)))];
  const columns = columnsOf('paper', table, chosen).filter(({ id }) => id !== 'label');
  const best = new Map(columns.map((column) => [column, bestRows(column, table)]));
  const hasBest = [...best.values()].some(({ size }) => size > 0);
  const methodOfRow = ({ config, origin }: ResultsRow): string =>
    nameOfMethod(config.optimizer) + (origin === null ? '' : ` (${originText(origin)})`);
  return {
    header: [
      { text: escape('Method'), isText: true },
      ...settings.map((name) => ({
        text: escape(sentenceCase(name)),
        isText: !table.rows.every((row) => isNumber(row.settings[name] ?? '–')),
      })),
      ...columns.map((column) => {
        const unit = column.unit(notation);
        const header = escape(column.header(table));
        return { text: unit === null ? header : `${header} (${unit})`, isText: column.isText };
      }),
    ],
    lines: table.rows.map((row) => [
      plain(methodOfRow(row)),
      ...settings.map((name): PaperCell => {
        const value = row.settings[name] ?? '–';
        return value === '–' ? { text: notation.dash, below: '', isBest: false } : plain(value);
      }),
      ...columns.map((column): PaperCell => ({
        text: column.text(row, table, notation),
        below: behind(column, row, table, notation),
        isBest: best.get(column)?.has(row) === true,
      })),
    ]),
    notes: [
      ...new Set(columns.flatMap(({ note }) => (note === null ? [] : [note]))),
      ...doubtNotes(columns, table),
      ...(hasBest ? ['Bold: the largest mean of its column among groups of the same data.'] : []),
    ],
  };
};
