import { LabError } from '../../../shared/errors.ts';
import type { Exported } from '../../../shared/labApi.ts';
import type { ExportFormat, ResultsTable } from '../../../shared/result.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { latex } from './latex.ts';
import { markdown } from './markdown.ts';

const formats = {
  csv: { extension: 'csv', mediaType: 'text/csv', write: csv },
  markdown: { extension: 'md', mediaType: 'text/markdown', write: markdown },
  latex: { extension: 'tex', mediaType: 'application/x-tex', write: latex },
  json: { extension: 'json', mediaType: 'application/json', write: json },
} as const satisfies Record<ExportFormat, unknown>;

/**
 * Writes the results table in a format for papers, spreadsheets or scripts. Nothing in it can run where it is opened.
 * @throws LabError EXPORT_EMPTY if the table has no row.
 */
export const exportTable = (table: ResultsTable, format: ExportFormat, labVersion: string): Exported => {
  if (table.rows.length === 0) {
    throw new LabError('EXPORT_EMPTY', 'There are no groups to export. Queue an experiment, or widen the selection.');
  }
  const { extension, mediaType, write } = formats[format];
  return { fileName: `esam-lab-results.${extension}`, mediaType, text: write(table, labVersion) };
};
