import { z } from 'zod';
import { bundleImportedSchema } from '../bundle.ts';
import { originSchema } from '../origin.ts';
import { groupCurveSchema } from '../result.ts';
import { runIdSchema } from '../run.ts';
import { fileSchema } from '../file.ts';
import { type Contract, nothing } from './contract.ts';

/** Runs on their way between labs. */
export const bundleApi = {
  /** Runs that have ended as a bundle for another lab; both lists empty = all of them. */
  exportBundle: {
    input: z.strictObject({
      experimentIds: z.array(z.number().int().min(1)).max(1000),
      runIds: z.array(runIdSchema).max(10_000),
      /** Absent: without. With them, another lab can analyse the networks. */
      withCheckpoints: z.boolean().exactOptional(),
      /** What this lab is to be called there. */
      name: originSchema.shape.name.nullable(),
    }),
    /** `leftOut`: runs that a bundle does not take, and why, a sentence each. */
    output: fileSchema.extend({ runCount: z.number().int().min(1), leftOut: z.array(z.string()) }),
  },
  /** Adds what a bundle holds and this workspace does not, or nothing. The path must have been granted by a file dialog. */
  importBundle: { input: z.strictObject({ path: z.string().min(1).max(4096) }), output: bundleImportedSchema },
  /** The same with the example that comes with the app. */
  openExample: { input: nothing, output: bundleImportedSchema },
  /** Test accuracy over the epochs of each of its groups, for those who have not opened it. */
  exampleCurves: { input: nothing, output: z.array(groupCurveSchema) },
} as const satisfies Contract;
