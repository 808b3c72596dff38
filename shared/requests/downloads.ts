import { z } from 'zod';
import { datasetInfoSchema } from '../dataset.ts';
import { type Contract, nothing } from './contract.ts';

/** Data sets from where they are published. */
export const downloadApi = {
  /** Gets one of `publishedSets` from where it is published, and imports it; progress comes as `importProgressed`. */
  downloadDataset: { input: z.strictObject({ id: datasetInfoSchema.shape.id }), output: datasetInfoSchema },
  cancelDownload: { input: nothing, output: nothing },
} as const satisfies Contract;
