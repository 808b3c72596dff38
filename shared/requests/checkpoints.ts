import { z } from 'zod';
import { checkpointKeepingSchema, checkpointUseSchema, prunedSchema } from '../checkpointKeeping.ts';
import { type Contract, nothing } from './contract.ts';

/** Which checkpoints finished runs keep. */
export const checkpointApi = {
  /** How much room checkpoints take, which of them finished runs are to keep, and what is beyond that. */
  checkpointUse: { input: nothing, output: checkpointUseSchema },
  /** Has runs keep these once they finish. Of those that have, what is beyond stays until `pruneCheckpoints`. */
  keepCheckpoints: { input: z.strictObject({ keep: checkpointKeepingSchema }), output: nothing },
  /** Removes for good what finished runs need not keep, but nothing that an analysis waits for. */
  pruneCheckpoints: { input: nothing, output: prunedSchema },
} as const satisfies Contract;
