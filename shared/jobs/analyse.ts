import { z } from 'zod';
import { analysisRowSchema } from '../analyses/analysis.ts';
import { analysisSettingsSchema } from '../analyses/index.ts';
import { datasetInfoSchema } from '../dataset.ts';
import { checkpointFileSchema } from '../run.ts';
import { runConfigSchema } from '../runConfig.ts';
import { jobFailedSchema, type JobKind } from './job.ts';

const inputSchema = z.strictObject({
  config: runConfigSchema,
  dataset: datasetInfoSchema,
  datasetFolder: z.string(),
  bindingPath: z.string().nullable(),
  labVersion: z.string(),
  checkpoint: z.strictObject({ path: z.string(), sha256: checkpointFileSchema.shape.sha256 }),
  settings: analysisSettingsSchema,
  /** Rows that are there already. */
  from: z.number().int().min(0),
});
export type AnalyseInput = z.infer<typeof inputSchema>;

const eventSchema = z.discriminatedUnion('type', [
  /** Checkpoint and examples are there: from now on its time is that of its passes. */
  z.strictObject({ type: z.literal('opened') }),
  z.strictObject({ type: z.literal('row'), place: z.number().int().min(0), row: analysisRowSchema }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('stopped') }),
  jobFailedSchema,
]);
export type AnalyseEvent = z.infer<typeof eventSchema>;

/** Analyses one checkpoint, row by row. */
export const analyseJob: JobKind<AnalyseInput, AnalyseEvent> = {
  name: 'analyse',
  title: 'analysis',
  input: inputSchema,
  event: eventSchema,
  ends: ['done', 'stopped', 'failed'],
};
