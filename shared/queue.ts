import { z } from 'zod';
import { resultsTableSchema } from './result.ts';
import { runIdSchema } from './run.ts';
import { runConfigSchema } from './runConfig.ts';
import { packRuns, runsOnWire } from './runsOnWire.ts';

export const plannedRunSchema = z.strictObject({
  config: runConfigSchema,
  method: resultsTableSchema.shape.rows.element.shape.method,
  /** A run with this configuration and seed has finished; with `skipFinished` it is left out. */
  finishedRunId: runIdSchema.nullable(),
  /** How long it takes on this machine; null where neither a finished run nor the self-test tells. */
  estimatedMs: z.number().min(0).nullable(),
  /** Finished runs of this model, set, batch size and precision (their median times, by predicted cost), else what the self-test measured. */
  estimatedFrom: z.enum(['runs', 'self-test']).nullable(),
});
export type PlannedRun = z.infer<typeof plannedRunSchema>;

export const queueSchema = z.strictObject({
  paused: z.boolean(),
  running: runsOnWire,
  /** In the order in which they will run. */
  waiting: runsOnWire,
  /** Why the queue stands still without being paused, e.g. that the engine is missing. */
  holdReason: z.string().optional(),
  /** Why runs that are to train elsewhere cannot be sent there. */
  placeProblem: z.string().optional(),
  /** What is being brought there, for which they wait. */
  placePreparing: z.string().optional(),
  /** Those of them that wait since before the lab was opened: they train once they or the queue are started, whatever else does. */
  awaitingStart: z.array(runIdSchema).optional(),
});
export type Queue = z.infer<typeof queueSchema>;

/** A run trains on the lab's own machine: analyses wait for its end. */
export const isTrainingHere = ({ running }: Pick<Queue, 'running'>): boolean => running.some(({ job }) => job === null);

/** As it travels. */
export const packQueue = (queue: Queue): z.input<typeof queueSchema> => ({
  ...queue,
  running: packRuns(queue.running),
  waiting: packRuns(queue.waiting),
});
