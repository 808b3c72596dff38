import { z } from 'zod';
import { backupSchema, restoredSchema } from '../backup.ts';
import { type Contract, nothing } from './contract.ts';

/** Copies of the database. */
export const backupApi = {
  /** Copies of the database, newest first. Also answered for a workspace whose database cannot be opened. */
  backups: { input: nothing, output: z.array(backupSchema) },
  /** Copies the database now, whoever works in it. */
  backUp: { input: nothing, output: z.strictObject({ name: z.string() }) },
  /** Puts a copy in the place of a database that cannot be opened, whose files are kept; the next client has the workspace opened. */
  restoreBackup: { input: z.strictObject({ name: z.string().min(1).max(200) }), output: restoredSchema },
} as const satisfies Contract;
