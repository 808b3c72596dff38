import { z } from 'zod';
import { keptStateSchema } from '../keptState.ts';
import { type Contract, nothing } from './contract.ts';

/** What windows keep with the workspace. */
export const keptStateApi = {
  /** What windows have kept with the workspace. */
  keptStates: { input: nothing, output: z.array(keptStateSchema) },
  keepState: { input: keptStateSchema, output: nothing },
} as const satisfies Contract;
