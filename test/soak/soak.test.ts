import { expect, test } from 'vitest';
import { soak } from './soak.ts';

// The short form of `npm run soak`.
test(
  'a queue whose processes are killed gives the numbers that it gives undisturbed',
  { timeout: 600_000 },
  async () => {
    const options = { seeds: 2, comparedSeeds: 2, trainerKills: 2, labKills: 2, longestMs: 1000, partMs: 120_000 };
    expect(await soak(options)).toEqual([]);
  },
);
