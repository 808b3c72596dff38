import { expect, test } from 'vitest';
import { soak } from './soak.ts';

// The short form of `npm run soak`.
test(
  'a queue whose processes are killed gives the numbers that it gives undisturbed',
  { timeout: 600_000 },
  async () => {
    expect(await soak({ seeds: 2, epochs: 60, kills: 3, longestMs: 1500 })).toEqual([]);
  },
);
