import writeXlsxFile from 'write-excel-file/node';
import type { LabFile } from '../../../shared/file.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import type { Exact } from '../../../shared/results/formats.ts';
import { resultColumns } from '../../../shared/results/columns.ts';
import { chosenValues, exactTable } from '../../../shared/results/textTable.ts';
import { plainText } from './plainText.ts';

const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** What a cell of a spreadsheet can hold. */
const mostSigns = 32_767;

/** Numbers are numbers, everything else is text: no cell is a formula, whatever it begins with. */
const cellOf = (value: Exact) => {
  if (value === null || value === '') return null;
  if (typeof value === 'number') return { value, type: Number };
  if (typeof value === 'string' && /^-?\d+(\.\d+)?(e-?\d+)?$/.test(value))
    return { value: Number(value), type: Number };
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
  return { value: plainText(text).slice(0, mostSigns), type: String };
};

const sheetOf = (sheet: string, lines: readonly Readonly<Record<string, Exact>>[]) => {
  const names = Object.keys(lines[0] ?? {});
  const header = names.map((name) => ({ value: plainText(name), type: String, fontWeight: 'bold' as const }));
  return {
    sheet,
    data: [header, ...lines.map((line) => names.map((name) => cellOf(line[name] ?? null)))],
    columns: names.map((name) => ({ width: Math.min(40, Math.max(10, name.length + 2)) })),
    stickyRowsCount: 1,
  };
};

/**
 * The results as an Excel workbook: the chosen columns, every value, and what the columns are. Numbers in full precision, fractions 0–1, times in
 * milliseconds.
 */
export const workbook = async (
  table: ResultsTable,
  columns: readonly string[] | null,
  stem: string,
): Promise<LabFile> => {
  const meanings = resultColumns.flatMap(({ names, header, help }) =>
    names.map((name) => ({ name, column: header(table), meaning: help })),
  );
  const file = writeXlsxFile([
    sheetOf('Results', chosenValues(table, columns)),
    sheetOf('All values', exactTable(table)),
    sheetOf('Columns', meanings),
  ]);
  const bytes = await file.toBuffer();
  return { fileName: `${stem}-results.xlsx`, mediaType, base64: bytes.toString('base64') };
};
