import { z } from 'zod';
import { runIdSchema } from '../run.ts';

/** Requests by name: what each is asked with and what it answers. What has a `pack` travels so. */
export type Contract = Readonly<
  Record<string, { readonly input: z.ZodType; readonly output: z.ZodType; readonly pack?: (output: never) => unknown }>
>;

export const nothing = z.strictObject({});

/** Those that a request is about. */
export const runIds = z.array(runIdSchema).min(1).max(10000);
