import { describe, expect, test } from 'vitest';
import type { ScheduleConfig } from '../../../shared/runConfig.ts';
import { learningRateAt } from '../../../src-main/trainer/optimizers/index.ts';

const ratesOver = (epochs: number, schedule: ScheduleConfig): number[] =>
  Array.from({ length: epochs }, (_, index) => learningRateAt(schedule, 0.8, index + 1, epochs));

describe('the learning rate of each epoch, from 0.8', () => {
  test.each<{ title: string; schedule: ScheduleConfig; rates: number[] }>([
    { title: 'constant', schedule: { name: 'constant' }, rates: [0.8, 0.8, 0.8, 0.8] },
    // ½·0.8·(1 + cos(πe/4)) for e = 0 … 3; cos π/4 = √½.
    {
      title: 'cosine over four epochs',
      schedule: { name: 'cosine' },
      rates: [0.8, 0.4 * (1 + Math.SQRT1_2), 0.4, 0.4 * (1 - Math.SQRT1_2)],
    },
    { title: 'cosine over one epoch', schedule: { name: 'cosine' }, rates: [0.8] },
    // Milestones count finished epochs: 2 makes the third epoch the first at a tenth.
    {
      title: 'steps after two and four epochs',
      schedule: { name: 'step', milestones: [2, 4], factor: 0.1 },
      rates: [0.8, 0.8, 0.08, 0.08, 0.008],
    },
    {
      title: 'steps do not depend on the order of milestones',
      schedule: { name: 'step', milestones: [2, 1], factor: 0.5 },
      rates: [0.8, 0.4, 0.2],
    },
    // 0.4, 0.8, then a cosine over the three epochs that remain: e/3 = 0, 1/3, 2/3 with cosines 1, ½, −½.
    {
      title: 'two epochs of warm-up',
      schedule: { name: 'warmup', warmupEpochs: 2 },
      rates: [0.4, 0.8, 0.8, 0.6, 0.2],
    },
    { title: 'a warm-up longer than the run', schedule: { name: 'warmup', warmupEpochs: 8 }, rates: [0.1, 0.2, 0.3] },
  ])('$title', ({ schedule, rates }) => {
    expect(ratesOver(rates.length, schedule)).toEqual(rates.map((rate) => expect.closeTo(rate, 12) as number));
  });
});
