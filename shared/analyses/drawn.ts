import { z } from 'zod';
import { viewSchema } from '../figures/figure.ts';
import { meanSdSchema, resultsRowSchema } from '../result.ts';
import { analysisDrawings } from './analysis.ts';

/** How analyses are to be drawn. */
export const drawingWishSchema = z.strictObject({
  drawing: z.enum(analysisDrawings),
  /** Of losses over a plane. */
  scale: z.enum(['linear', 'log']).default('linear'),
  /** Of surfaces. */
  view: viewSchema.prefault({}),
});
export type DrawingWish = z.infer<typeof drawingWishSchema>;

const cellSchema = meanSdSchema.extend({
  /** Of a single run's mean over chances, such as the draws of a trace; null where it is none. */
  standardError: z.number().nullable(),
  /** Why the number is not to be relied on, in words; null where it is. */
  doubt: z.string().nullable(),
});
export type AnalysisCell = z.infer<typeof cellSchema>;

/** What analyses tell in numbers: a line a number, a column a group. */
export const analysisTableSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      label: z.string(),
      method: resultsRowSchema.shape.method,
      /** Runs behind each of its numbers. */
      n: z.number().int().min(1),
    }),
  ),
  lines: z.array(z.strictObject({ label: z.string(), definition: z.string(), cells: z.array(cellSchema) })),
});
export type AnalysisTable = z.infer<typeof analysisTableSchema>;
