import { z } from 'zod';
import { namedRunViewSchema } from '../runs/view.ts';
import { type Contract, nothing } from './contract.ts';

/** Named views of the list of runs. */
export const runViewApi = {
  /** How the list of runs is looked at, by name. */
  runViews: { input: nothing, output: z.array(namedRunViewSchema) },
  /** Keeps a view, in the place of one of the same name. */
  saveRunView: { input: namedRunViewSchema, output: nothing },
  removeRunView: { input: namedRunViewSchema.pick({ name: true }), output: nothing },
} as const satisfies Contract;
