import { z } from 'zod';
import { appLogLineSchema } from '../appLog.ts';
import { type Contract, nothing } from './contract.ts';

/** What helps those who help. */
export const supportApi = {
  /** The newest lines of the lab's own log, oldest first. */
  appLog: { input: nothing, output: z.array(appLogLineSchema) },
  /** What somebody who is to help needs to know, without private paths. */
  diagnostics: { input: nothing, output: z.strictObject({ text: z.string() }) },
} as const satisfies Contract;
