import { z } from 'zod';
import { resultsTableSchema } from '../../../shared/result.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import { resultColumns } from '../../../shared/results/columns.ts';
import { exactTable } from '../../../shared/results/textTable.ts';
import type { ExportWish } from './index.ts';

/** What a JSON export holds. A change that a reader must know of raises `version`. */
export const resultsFileSchema = z.strictObject({
  format: z.literal('esam-lab-results'),
  version: z.literal(2),
  labVersion: z.string(),
  /** What the values are, by the names that `groups` gives them. */
  columns: z.array(z.strictObject({ names: z.array(z.string()), header: z.string(), help: z.string() })),
  /** One object a group; the names are those of the CSV. Fractions 0–1, milliseconds, bytes. */
  groups: z.array(z.record(z.string(), z.json())),
  /** The same as the lab holds it, with the runs of each group. */
  table: resultsTableSchema,
});

export const json = (table: ResultsTable, _wish: ExportWish, labVersion: string): string => {
  const columns = resultColumns.map(({ names, header, help }) => ({ names, header: header(table), help }));
  const groups = exactTable(table);
  const file = { format: 'esam-lab-results', version: 2, labVersion, columns, groups, table };
  return `${JSON.stringify(resultsFileSchema.parse(file), null, 2)}\n`;
};
