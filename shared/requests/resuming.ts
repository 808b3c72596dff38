import { z } from 'zod';
import { placeIdSchema } from '../places.ts';
import { runIdSchema } from '../run.ts';
import { runConfigSchema } from '../runConfig.ts';
import { type Contract, nothing, runIds } from './contract.ts';

/** Runs that go on, or go for good. */
export const resumingApi = {
  /**
   * For each of these runs that could not go on bit for bit here, what is other than where it trained last ("threads 2, now 1"), as far as
   * that is known before it starts. `place` as of `resumeRuns`: what a cluster's node is, nobody knows before. Refused as `resumeRuns` is where
   * another lab began a run, or its data are not there.
   */
  inexactResumes: {
    input: z.strictObject({ runIds, place: placeIdSchema.nullable().optional() }),
    output: z.array(z.strictObject({ runId: runIdSchema, differences: z.array(z.string()).min(1) })),
  },
  /**
   * Puts unfinished runs back into the queue, to go on from their last checkpoints (from the beginning where there is none).
   * `place`: where they go on; null: on the lab's own machine; absent: where they were wanted.
   */
  resumeRuns: { input: z.strictObject({ runIds, place: placeIdSchema.nullable().optional() }), output: nothing },
  /** Calls runs failed that were interrupted or stopped: nobody means to go on with them. Resumed by name, they go on all the same. */
  markFailed: { input: z.strictObject({ runIds }), output: nothing },
  /** A new run with more epochs that begins with a finished one's; for schedules that do not look at the number of epochs. */
  extendRun: {
    input: z.strictObject({ runId: runIdSchema, epochs: runConfigSchema.shape.epochs }),
    output: z.strictObject({ experimentId: z.number().int(), runId: runIdSchema }),
  },
  /** Removes the runs in the trash for good, with their checkpoints. */
  emptyTrash: {
    input: nothing,
    output: z.strictObject({
      runCount: z.number().int().min(0),
      checkpointBytes: z.number().min(0),
      /** Of runs that had to stay: which, why, and what to do. */
      stays: z.string().nullable(),
    }),
  },
} as const satisfies Contract;
