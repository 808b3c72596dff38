import { z } from 'zod';
import { labErrorCodes } from '../errors.ts';

/** What a trainer process can be asked to do: one file here describes it, one in src-main/trainer/jobs does it. */
export const jobNames = ['train', 'selfTest', 'speed', 'analyse'] as const;
export type JobName = (typeof jobNames)[number];

/** The end of a job that could not be done: any kind may tell it. */
export const jobFailedSchema = z.strictObject({
  type: z.literal('failed'),
  code: z.enum(labErrorCodes),
  message: z.string(),
});
export type JobFailed = z.infer<typeof jobFailedSchema>;

/** How far a job is. */
export const jobProgressSchema = z.strictObject({
  /** What is done now, for a person. */
  message: z.string(),
  share: z.number().min(0).max(1),
});

/** Every event has a type; the rest is the kind's own. */
export interface JobEvent {
  readonly type: string;
}

/** One kind of job that a trainer process can do, as lab and trainer both know it. */
export interface JobKind<I, E extends JobEvent> {
  readonly name: JobName;
  /** As a sentence names it: "The … was cut short." */
  readonly title: string;
  readonly input: z.ZodType<I>;
  /** All that it tells, `failed` among it. */
  readonly event: z.ZodType<E>;
  /** Types of events that end the job; exactly one of these comes, as the last. */
  readonly ends: readonly E['type'][];
}
