import { z } from 'zod';
import { placeIdSchema, placeStatusSchema, placeTestedSchema } from '../places.ts';
import { type Contract, nothing } from './contract.ts';

/** Where runs can be sent. */
export const placeApi = {
  /** Where runs can be sent besides the lab's own machine. */
  places: { input: nothing, output: z.array(placeStatusSchema) },
  /** Sends a job there that tells what it finds; resolves when it has, or has not begun in ten minutes. */
  testPlace: { input: z.strictObject({ id: placeIdSchema }), output: placeTestedSchema },
} as const satisfies Contract;
