import { z } from 'zod';
import { type Contract, nothing } from './contract.ts';

export const workspaceSchema = z.strictObject({
  folder: z.string(),
  labVersion: z.string(),
  /** What was found at start, e.g. "Run 12 was interrupted: …". Shown once. */
  startNotices: z.array(z.string()),
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** The workspace that is open. */
export const workspaceApi = {
  workspace: { input: nothing, output: workspaceSchema },
  /** What of it this version cannot read and leaves out, a sentence each. For that all lists are read, in turns. */
  leftOut: { input: nothing, output: z.array(z.string()) },
} as const satisfies Contract;
