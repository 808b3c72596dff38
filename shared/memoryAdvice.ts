import type { RunConfig } from './runConfig.ts';

/** What did not fit into a run's memory, and what to try. */
export const memoryAdvice = ({ batchSize, microBatch }: Pick<RunConfig, 'batchSize' | 'microBatch'>): string => {
  const size = microBatch ?? batchSize;
  if (size === 1) return 'Batches of a single image are too large: try a smaller network, or smaller images.';
  const half = Math.floor(size / 2);
  return (
    `${microBatch === null ? 'Batches' : 'Micro-batches'} of ${size} images are too large: ` +
    `try micro-batches of ${half} (BatchNorm then sees ${half} images at a time), or batch size ${half}.`
  );
};
