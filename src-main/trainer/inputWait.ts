import { setTimeout } from 'node:timers/promises';
import { activeNow } from './activeClock.ts';
import type { DeviceExamples } from './data/batches.ts';
import type { StopRequest } from './stopRequest.ts';

const lookEveryMs = 50;

/**
 * Waits until the next prepared batch can be taken, or the run is asked to stop now.
 * @returns milliseconds waited; 0 where the batch was at hand.
 * @throws LabError DATASET_CORRUPT naming an image that cannot be had.
 */
export const waitForInput = async (examples: DeviceExamples, stop: StopRequest): Promise<number> => {
  let ready = examples.whenReady();
  if (ready === null) return 0;
  const start = activeNow();
  while (ready !== null && stop.when !== 'now') {
    await Promise.race([ready, setTimeout(lookEveryMs)]);
    ready = examples.whenReady();
  }
  return activeNow() - start;
};
