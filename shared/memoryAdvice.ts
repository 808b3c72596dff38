import type { RunConfig } from './runConfig.ts';

/** What to try where a run's batches do not fit into memory. */
export const memoryAdvice = ({ batchSize, microBatch }: RunConfig): string => {
  const half = Math.max(1, Math.floor((microBatch ?? batchSize) / 2));
  return `Try micro-batches of ${half} (BatchNorm then sees ${half} images at a time), or batch size ${half}.`;
};
