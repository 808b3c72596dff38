import { z } from 'zod';
import { analysisTableSchema, drawingWishSchema } from '../analyses/drawn.ts';
import { analysisSettingsSchema } from '../analyses/index.ts';
import { analysisDetailSchema, analysisSummarySchema } from '../analyses/record.ts';
import { columns, figureFormats, figureSchema } from '../figures/figure.ts';
import { fileSchema } from '../file.ts';
import { type Contract, nothing, runIds } from './contract.ts';

const analysisIdInput = z.strictObject({ id: z.number().int().min(1) });
const analysisIds = z.array(z.number().int().min(1)).min(1).max(1000);

/** Measuring the networks of checkpoints. */
export const analysisApi = {
  /** Puts an analysis of the newest checkpoint of each run into the queue, all with the same settings, images and chances. */
  analyse: {
    input: z.strictObject({ runIds, settings: analysisSettingsSchema }),
    output: z.strictObject({ ids: z.array(z.number().int()) }),
  },
  /** How long that would take on this machine; null where its speed with these networks is not known. */
  analysisEstimate: {
    input: z.strictObject({ runIds, settings: analysisSettingsSchema }),
    output: z.strictObject({ ms: z.number().min(0).nullable() }),
  },
  /** Of runs that are not in the trash, oldest first. */
  analyses: { input: nothing, output: z.array(analysisSummarySchema) },
  /** With its rows so far. */
  analysis: { input: analysisIdInput, output: analysisDetailSchema },
  /** Ends those that wait or are under way, with the rows that are there; those that had ended stay as they are, and are told. */
  cancelAnalyses: {
    input: z.strictObject({ ids: analysisIds }),
    output: z.strictObject({ cancelled: z.array(analysisSummarySchema), ended: z.array(analysisSummarySchema) }),
  },
  /** Puts one that was cancelled or failed back into the queue, to go on at its next row. */
  resumeAnalysis: { input: analysisIdInput, output: nothing },
  /** Analyses with the same settings, drawn together on one scale, and what they tell in numbers; the figure is null where no rows are there. */
  analysisDrawing: {
    input: z.strictObject({ ids: analysisIds, wish: drawingWishSchema }),
    output: z.strictObject({ figure: figureSchema.nullable(), table: analysisTableSchema }),
  },
  /** The same figure for a paper. */
  exportAnalysis: {
    input: z.strictObject({
      ids: analysisIds,
      wish: drawingWishSchema,
      format: z.enum(figureFormats),
      column: z.enum(columns),
    }),
    output: fileSchema,
  },
} as const satisfies Contract;
