import { z } from 'zod';
import { runIdSchema } from '../run.ts';
import { analysisRowSchema } from './analysis.ts';
import { analysisSettingsSchema } from './index.ts';

export const analysisStates = ['queued', 'running', 'finished', 'cancelled', 'failed'] as const;

/** An analysis of one checkpoint, as the lab keeps it. */
export const analysisSummarySchema = z.strictObject({
  id: z.number().int().min(1),
  runId: runIdSchema,
  /** The checkpoint's file, and the epochs that it had done. */
  fileName: z.string(),
  epoch: z.number().int().min(0),
  settings: analysisSettingsSchema,
  state: z.enum(analysisStates),
  /** Why it ended without all its rows. */
  reason: z.string().nullable(),
  rowsDone: z.number().int().min(0),
  rowCount: z.number().int().min(1),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  /** At the pace of its rows so far; null where it does not run or has none yet. */
  msLeft: z.number().min(0).nullable(),
});
export type AnalysisSummary = z.infer<typeof analysisSummarySchema>;

/** Those that run or wait, in the order in which they are computed. */
export const queuedAnalyses = (all: readonly AnalysisSummary[]): AnalysisSummary[] =>
  all
    .filter(({ endedAt }) => endedAt === null)
    .toSorted((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || a.id - b.id);

export const analysisDetailSchema = z.strictObject({
  analysis: analysisSummarySchema,
  rows: z.array(analysisRowSchema),
});
