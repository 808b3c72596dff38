import { performance } from 'node:perf_hooks';
import { expect, test, vi } from 'vitest';
import type { SpeedInput } from '../../shared/jobs/speed.ts';
import { speedBaseOf } from '../../shared/speed.ts';
import type { SpeedMeasurement } from '../../shared/speed.ts';
import { measureInProcesses } from '../../src-main/lab/speedProcesses.ts';
import { sam, sgd } from './fixtures/configs.ts';
import { groupOf } from './fixtures/groups.ts';
import { environmentOf, phaseMs } from './fixtures/metrics.ts';

const { config } = groupOf(sam, []);
const input = {
  ...{ configs: [{ ...config, seed: 0xfffffffe }], dataset: { trainCount: 60_000 }, limitMs: 60_000 },
} as unknown as Omit<SpeedInput, 'stepsPerRound'>;

/** Processes that take `tookMs` each, in which SGD takes 10 ms a step and SAM what is said, three rounds each. */
const measured = async (
  samMs: (process: number) => number,
  { isShare = true, tookMs = 10, trainingMs = null as number | null } = {},
) => {
  const asked: (number | null)[] = [];
  const seeds: (number | undefined)[] = [];
  const progress: { message: string; share: number }[] = [];
  // One configuration of one epoch, whose only step takes the 10 ms of SGD in each of so many images.
  const once = {
    ...input.configs[0],
    optimizer: sgd,
    epochs: 1,
    batchSize: 1,
    dataset: { ...config.dataset, trainSubset: null },
  };
  const shortly = { ...input, configs: [once], dataset: { trainCount: (trainingMs ?? 0) / 10 } } as typeof input;
  const measurement = await measureInProcesses(
    trainingMs === null ? input : shortly,
    trainingMs !== null,
    ({ stepsPerRound, configs }, onProgress) => {
      seeds.push(configs[0]?.seed);
      const index = asked.push(stepsPerRound);
      onProgress({ message: 'Measuring', share: 0.5 });
      const arm = (optimizer: typeof sam | typeof sgd, ms: number) => ({
        ...{ optimizer, climbingShare: 1, roundMs: [ms, ms, ms], stepMs: ms, phaseMs: { ...phaseMs, forward1: ms } },
      });
      const found: SpeedMeasurement = {
        ...{ at: `2026-01-01T00:00:0${index}.000Z`, base: speedBaseOf(config), processes: 1, stepsPerRound: 4 },
        ...{ arms: [arm(sgd, 10), arm(sam, samMs(index))], endedBy: 'limit', limitMs: 60_000 },
        environment: environmentOf(),
      };
      return Promise.resolve({
        type: 'measured',
        measurement: found,
        isShare,
        startMs: tookMs / 2,
        roundsMs: tookMs / 2,
      });
    },
    (each) => progress.push(each),
  );
  return { measurement, asked, seeds, progress };
};

test('processes that agree are five; all rounds are kept, in order', async () => {
  const { measurement, asked, seeds, progress } = await measured(() => 20);
  expect(seeds).toEqual([0xfffffffe, 0xffffffff, 0, 1, 2]); // none draws what another one did
  expect(asked).toEqual([null, 4, 4, 4, 4]);
  expect(measurement).toMatchObject({
    ...{ processes: 5, stepsPerRound: 4, endedBy: 'narrow', at: '2026-01-01T00:00:05.000Z' },
    arms: [
      { stepMs: 10, roundMs: Array<number>(15).fill(10) },
      { stepMs: 20, roundMs: Array<number>(15).fill(20), phaseMs: { forward1: 20 } },
    ],
  });
  expect(progress.map(({ message }) => message)).toEqual([
    'Measuring',
    ...[2, 3].map((n) => `Process ${n}: Measuring`), // of one or two there is no interval worth telling
    ...[4, 5].map((n) => `Process ${n} (intervals up to ± 0.0 % so far): Measuring`),
  ]);
});

test('processes that do not agree are two more, and two more', async () => {
  // In logarithms five lie at −d, −d, 0, d, d: their mean is 0, sd = d, and the half width t₄·d/√5 = 2.776·d/2.236 = 1.242·d. Two more at 0:
  // sd = d·√(4/6), t₆·sd/√7 = 2.447·0.8165·d/2.646 = 0.755·d. With d = 2 % five are too wide (2.5 %), seven are not (1.5 %).
  const d = Math.exp(0.02);
  const { measurement, progress } = await measured(
    (process) => [20 * d, 20 / d, 20, 20 * d, 20 / d, 20, 20][process - 1] ?? NaN,
  );
  expect(measurement.processes).toBe(7);
  expect(measurement.endedBy).toBe('narrow');
  expect(measurement.arms[1]).toMatchObject({ stepMs: 20 });
  expect(measurement.arms[1]?.roundMs.slice(0, 9)).toEqual(
    [1, 1, 1, 0, 0, 0, 2, 2, 2].map((n) => [20 / d, 20 * d, 20][n]),
  );
  expect(progress.map(({ message }) => message)).toContain('Process 6 (intervals up to ± 2.5 % so far): Measuring');
});

test('no process is begun that would not end in time, nor where the first was to do it all', async () => {
  // The first one's rounds took half of what a process takes: of 25 s each two more would end after 62.5 of the 60 s, of 23 s after 57.5.
  expect((await measured(() => 20, { tookMs: 25_000 })).measurement.processes).toBe(1);
  expect((await measured(() => 20, { tookMs: 23_000 })).measurement.processes).toBeGreaterThan(1);
  expect((await measured(() => 20, { isShare: false })).measurement.processes).toBe(1);
});

test('before runs it takes no longer than half of training with each method once, but five processes', async () => {
  // Processes of 4 s whose times scatter by half never agree. The first one's rounds are half of what it takes: n processes are over after
  // 4n − 2 s of the clock's, two more are begun while 4(n + 2) − 2 s are not more than the time: half of 2 s of training is over before five are
  // there, of 60 s after seven (26 s; nine would be over after 34); half of 200 s is over the limit of 60 s, which has fifteen (58 s; seventeen
  // after 66).
  const scattered = (process: number): number => (process % 2 === 0 ? 20 : 30);
  const processesFor = async (trainingMs: number): Promise<[number, number]> => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { measurement } = await measured(
      (process) => {
        if (process > 1) now += 4000; // the first is over before the clock is looked at
        return scattered(process);
      },
      { tookMs: 4000, trainingMs },
    );
    clock.mockRestore();
    return [measurement.processes, measurement.limitMs];
  };
  expect(await processesFor(2000)).toEqual([5, 20_000]);
  expect(await processesFor(60_000)).toEqual([7, 30_000]);
  expect(await processesFor(200_000)).toEqual([15, 60_000]);
});
