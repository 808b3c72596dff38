import { z } from 'zod';
import { placeIdSchema, placeStatusSchema, placeTestedSchema, slurmSettingsSchema } from '../places.ts';
import { type Contract, nothing } from './contract.ts';

/** Where runs can be sent. */
export const placeApi = {
  /** Where runs can be sent besides the lab's own machine. */
  places: { input: nothing, output: z.array(placeStatusSchema) },
  /** Sends a job there that tells what it finds; resolves when it has, or has not begun in ten minutes. */
  testPlace: { input: z.strictObject({ id: placeIdSchema }), output: placeTestedSchema },
  /** How jobs are asked for from now on. What a shell runs, and where files go, has been confirmed outside the page. */
  changePlace: { input: z.strictObject({ id: placeIdSchema, settings: slurmSettingsSchema }), output: nothing },
} as const satisfies Contract;
