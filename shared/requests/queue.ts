import { z } from 'zod';
import { newExperimentSchema } from '../experiment.ts';
import { packQueue, plannedRunSchema, queueSchema } from '../queue.ts';
import { runIdSchema } from '../run.ts';
import { speedLimitSchema, toldSpeedSchema } from '../speed.ts';
import { type Contract, nothing, runIds } from './contract.ts';

/** Experiments on their way into the queue, and what waits there. */
export const queueApi = {
  /** What an experiment would do, without doing it. */
  plan: { input: newExperimentSchema, output: z.array(plannedRunSchema) },
  /**
   * Measures the speeds of an experiment's methods against each other; its seeds and epochs do not matter. Resolves when measured;
   * progress comes as `speedProgressed`. Refused while a run trains.
   */
  measureSpeed: {
    input: z.strictObject({ experiment: newExperimentSchema, limitMs: speedLimitSchema.optional() }),
    output: z.array(toldSpeedSchema),
  },
  cancelSpeed: { input: nothing, output: nothing },
  enqueue: {
    input: newExperimentSchema,
    output: z.strictObject({ experimentId: z.number().int(), runIds: z.array(runIdSchema) }),
  },
  queue: { input: nothing, output: queueSchema, pack: packQueue },
  /** How long what runs and waits will still take on this machine, as far as it is known. */
  queueEstimates: {
    input: nothing,
    output: z.array(z.strictObject({ runId: runIdSchema, leftMs: z.number().min(0).nullable() })),
  },
  pauseQueue: { input: z.strictObject({ paused: z.boolean() }), output: nothing },
  /** Trains runs that wait, of a paused queue or held, in their turn; whatever else waits there stays, until it is started as well. */
  startRuns: { input: z.strictObject({ runIds }), output: nothing },
  /** Moves waiting runs, in the order in which they are named, before another one, or to the end (null). */
  moveRuns: { input: z.strictObject({ runIds, beforeRunId: runIdSchema.nullable() }), output: nothing },
  stopRun: { input: z.strictObject({ runId: runIdSchema, when: z.enum(['now', 'after-epoch']) }), output: nothing },
  /**
   * Sends runs that have a job on a cluster back into its queue: one under way keeps a checkpoint and goes on from there later, one that waits is
   * submitted anew with the place's present settings.
   */
  requeueRuns: { input: z.strictObject({ runIds }), output: nothing },
  /** Takes waiting runs out of the queue. Those that have begun meanwhile go on, and are told; where none waits any more, that is refused. */
  cancelRuns: { input: z.strictObject({ runIds }), output: z.strictObject({ begun: z.array(runIdSchema) }) },
  /** Puts cancelled runs back into the queue, before another one or at the end (null). */
  uncancelRuns: {
    input: z.strictObject({ runIds, beforeRunId: runIdSchema.nullable() }),
    /** Of runs that stay cancelled, for their data are not there: how many, and why. */
    output: z.strictObject({ stays: z.string().nullable() }),
  },
  /** Queues a new run with the same configuration and seed for each of these ended runs. */
  repeatRuns: { input: z.strictObject({ runIds }), output: z.strictObject({ runIds: z.array(runIdSchema) }) },
  /** Moves ended runs to the trash, or back. */
  deleteRuns: { input: z.strictObject({ runIds, deleted: z.boolean() }), output: nothing },
} as const satisfies Contract;
