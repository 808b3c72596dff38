import { z } from 'zod';
import { jobNames } from './jobs/job.ts';

/** What the lab tells a trainer. One trainer process does one job. */
export const trainerCommandSchema = z.discriminatedUnion('type', [
  /** `input` is the kind's own. */
  z.strictObject({ type: z.literal('start'), job: z.enum(jobNames), input: z.unknown() }),
  z.strictObject({ type: z.literal('stop'), when: z.enum(['now', 'after-epoch']) }),
  /** Keep the present state at the next step, and go on. */
  z.strictObject({ type: z.literal('checkpoint') }),
  /** The lab holds the event with this number; a trainer ends only after its last event was acknowledged. */
  z.strictObject({ type: z.literal('acknowledge'), sequence: z.number().int().min(1) }),
]);
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;

export const trainerMessageSchema = z.discriminatedUnion('type', [
  /** First message: the process is up and waits for `start`. */
  z.strictObject({ type: z.literal('ready'), pid: z.number().int() }),
  /** Every second from a timer outside the step; a trainer silent for long is taken for hung. */
  z.strictObject({ type: z.literal('heartbeat') }),
  /** Numbered from 1 without a gap; `event` is the kind's own. */
  z.strictObject({ type: z.literal('event'), sequence: z.number().int().min(1), event: z.unknown() }),
]);
export type TrainerMessage = z.infer<typeof trainerMessageSchema>;
