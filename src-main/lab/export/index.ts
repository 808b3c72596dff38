import { LabError } from '../../../shared/errors.ts';
import type { Exported } from '../../../shared/file.ts';
import type { ExportFormat, ExportWish as WholeWish, ResultsTable } from '../../../shared/result.ts';
import { choosableColumns } from '../../../shared/results/columns.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { latex } from './latex.ts';
import { markdown } from './markdown.ts';
import { tsv } from './tsv.ts';

/** How a table is to be written, by those formats that leave a choice. */
export type ExportWish = Omit<WholeWish, 'namedAfter'>;

const formats = {
  csv: { extension: 'csv', mediaType: 'text/csv', write: csv },
  tsv: { extension: 'tsv', mediaType: 'text/tab-separated-values', write: tsv },
  markdown: { extension: 'md', mediaType: 'text/markdown', write: markdown },
  latex: { extension: 'tex', mediaType: 'application/x-tex', write: latex },
  json: { extension: 'json', mediaType: 'application/json', write: json },
} as const satisfies Record<ExportFormat, unknown>;

/**
 * @throws LabError EXPORT_EMPTY if the table has no row.
 * @throws LabError CONFIG_INVALID if it has no such column.
 */
export const requireExportable = ({ rows }: ResultsTable, columns: readonly string[] | null): void => {
  if (rows.length === 0) {
    throw new LabError('EXPORT_EMPTY', 'There are no groups to export. Queue an experiment, or widen the selection.');
  }
  const known = choosableColumns.map(({ id }) => id);
  const unknown = (columns ?? []).filter((id) => id !== 'label' && !known.includes(id));
  if (unknown.length > 0) {
    throw new LabError(
      'CONFIG_INVALID',
      `The results have no column ${unknown.map((id) => `"${id}"`).join(', ')}; they have ${known.join(', ')}.`,
    );
  }
};

/**
 * Writes the results table in a format for papers, spreadsheets or scripts. Nothing in it can run where it is opened.
 * @param stem - what the file's name begins with.
 */
export const exportTable = (
  table: ResultsTable,
  format: ExportFormat,
  wish: ExportWish,
  { labVersion, stem }: { readonly labVersion: string; readonly stem: string },
): Exported => {
  requireExportable(table, wish.columns);
  const { extension, mediaType, write } = formats[format];
  return { fileName: `${stem}-results.${extension}`, mediaType, text: write(table, wish, labVersion) };
};
