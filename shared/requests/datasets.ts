import { z } from 'zod';
import { damagedChoices, datasetInfoSchema, datasetKinds, splitChoiceSchema, valueRangeSchema } from '../dataset.ts';
import { newNameSchema } from '../oneLine.ts';
import { type Contract, nothing } from './contract.ts';

/** The library of data sets. */
export const datasetApi = {
  datasets: { input: nothing, output: z.array(datasetInfoSchema) },
  /** Resolves when imported; progress comes as `importProgressed`. Paths must have been granted by a file dialog. */
  importDataset: {
    input: z.strictObject({
      kind: z.enum(datasetKinds),
      paths: z.array(z.string().min(1).max(4096)).min(1).max(64),
      name: newNameSchema.nullable(),
      /** Of image folders; any other damage refuses the set. */
      onDamaged: z.enum(damagedChoices).default('refuse'),
      /** Of sets that say nothing of what is for testing; without it they are refused, with the offer. */
      split: splitChoiceSchema.nullable().optional(),
      /** Of numbers that are no bytes, in arrays and images; where nobody can tell it they are refused without, with the question. */
      range: valueRangeSchema.nullable().optional(),
    }),
    output: datasetInfoSchema,
  },
  deleteDataset: { input: z.strictObject({ id: datasetInfoSchema.shape.id }), output: nothing },
  /** Up to `count` training images as PNG data URLs, evenly over the classes. */
  previewDataset: {
    input: z.strictObject({ id: datasetInfoSchema.shape.id, count: z.number().int().min(1).max(100) }),
    output: z.array(z.strictObject({ label: z.string(), image: z.string() })),
  },
} as const satisfies Contract;
