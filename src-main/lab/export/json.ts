import { z } from 'zod';
import { resultsTableSchema } from '../../../shared/result.ts';
import type { ResultsTable } from '../../../shared/result.ts';

/** What a JSON export holds. A change that a reader must know of raises `version`. */
export const resultsFileSchema = z.strictObject({
  format: z.literal('esam-lab-results'),
  version: z.literal(1),
  labVersion: z.string(),
  table: resultsTableSchema,
});

export const json = (table: ResultsTable, labVersion: string): string =>
  `${JSON.stringify(resultsFileSchema.parse({ format: 'esam-lab-results', version: 1, labVersion, table }), null, 2)}\n`;
