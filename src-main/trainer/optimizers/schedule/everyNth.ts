import type { Schedule } from './schedule.ts';

/** In the first of every n steps. */
export const everyNth = (interval: number): Schedule => ({
  looksAt: 'step',
  climbs: (step) => step % interval === 0,
  memory: null,
});
