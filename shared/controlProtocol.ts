import { z } from 'zod';
import { placeIdSchema, slurmSettingsSchema } from './places.ts';

const id = z.number().int().min(1);
const sentence = z.string().max(10_000);

/** What main tells the lab. A client is one page load of a window; a trainer is one process that main forked for the lab. */
export const labControlSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open'),
    workspaceFolder: z.string().min(1),
    labVersion: z.string(),
    electronVersion: z.string(),
    notices: z.array(z.string()),
  }),
  /** Comes with the client's MessagePort where the carrier can transfer one; otherwise main relays the client's messages. */
  z.strictObject({ type: z.literal('clientConnected'), clientId: id }),
  z.strictObject({ type: z.literal('clientMessage'), clientId: id, message: z.unknown() }),
  z.strictObject({ type: z.literal('clientClosed'), clientId: id }),
  /** The user chose these files or folders in a dialog. */
  z.strictObject({ type: z.literal('grantPaths'), paths: z.array(z.string()) }),
  /** The user has allowed that jobs are sent so. */
  z.strictObject({ type: z.literal('confirmPlace'), id: placeIdSchema, settings: slurmSettingsSchema }),
  z.strictObject({ type: z.literal('trainerStarted'), trainerId: id, pid: z.number().int() }),
  z.strictObject({ type: z.literal('trainerMessage'), trainerId: id, message: z.unknown() }),
  /** The trainer is gone, or never started. */
  z.strictObject({ type: z.literal('trainerClosed'), trainerId: id, reason: sentence }),
  /** End the running run honestly, close the store, answer `closed`. */
  z.strictObject({ type: z.literal('close') }),
]);
export type LabControl = z.infer<typeof labControlSchema>;

/** What the lab tells main. */
export const labNoticeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('clientMessage'), clientId: id, message: z.unknown() }),
  z.strictObject({
    type: z.literal('launchTrainer'),
    trainerId: id,
    environment: z.record(z.string(), z.string()),
  }),
  z.strictObject({ type: z.literal('trainerMessage'), trainerId: id, message: z.unknown() }),
  z.strictObject({ type: z.literal('endTrainer'), trainerId: id, how: z.enum(['terminate', 'kill']) }),
  /** What goes on: the run that this machine trains; whether the queue will go on by itself; a training run's part done (null while none trains). */
  z.strictObject({
    type: z.literal('activity'),
    training: z.strictObject({ runId: id, name: sentence, epoch: id, epochs: id }).nullable(),
    isBusy: z.boolean(),
    share: z.number().min(0).max(1).nullable(),
  }),
  /** A run has ended; both texts are for a desktop notification. */
  z.strictObject({ type: z.literal('runEnded'), title: sentence, text: sentence, isGood: z.boolean() }),
  z.strictObject({ type: z.literal('closed') }),
]);
export type LabNotice = z.infer<typeof labNoticeSchema>;
