import { z } from 'zod';

/** Which checkpoints a run keeps once it has finished: the workspace's setting, in a person's words. */
export const checkpointKeepings = {
  all: {
    label: 'The last two, the best and every 50th epoch',
    help: 'As while it trains. Every state that a run has passed through in 50 epochs can be analysed.',
  },
  'best-and-last': {
    label: 'The best and the last epoch',
    help: 'Enough to extend a run, to analyse its end and to take its best weights elsewhere.',
  },
  last: { label: 'The last epoch', help: 'Enough to extend a run and to analyse its end.' },
  none: { label: 'None', help: 'A finished run can neither be extended nor analysed; its results stay.' },
} as const;
export type CheckpointKeeping = keyof typeof checkpointKeepings;

export const checkpointKeepingSchema = z.enum(
  Object.keys(checkpointKeepings) as [CheckpointKeeping, ...CheckpointKeeping[]],
);

const countedFiles = {
  fileCount: z.number().int().min(0),
  /** Files that runs share, as an extended run does with the one that it went on from, count for each. */
  sizeBytes: z.number().int().min(0),
};

/** All checkpoints of a workspace, runs in the trash included. */
export const checkpointUseSchema = z.strictObject({
  keep: checkpointKeepingSchema,
  runCount: z.number().int().min(0),
  ...countedFiles,
  /** What pruning would remove now: of finished runs, beyond what they are to keep. */
  prunable: z.strictObject({ runCount: z.number().int().min(0), ...countedFiles }),
});
export type CheckpointUse = z.infer<typeof checkpointUseSchema>;

export const prunedSchema = z.strictObject(countedFiles);
export type Pruned = z.infer<typeof prunedSchema>;
