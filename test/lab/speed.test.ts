import { expect, test } from 'vitest';
import type { LabEvent } from '../../shared/labEvent.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { processor } from '../../src-main/lab/processor.ts';
import { everyGroup } from '../../shared/result.ts';
import { relativeHalfWidth } from '../../shared/pairedRatio.ts';
import { optimizerSchema } from '../../shared/runConfig.ts';
import { armsOf, speedArmSchema, type SpeedMeasurement } from '../../shared/speed.ts';
import { esam, experimentOf, sam, sgd, shared } from './fixtures/configs.ts';
import { migrationsFolder, realTrainers } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

const comparison = experimentOf({ arms: [sgd, sam, esam], seeds: [1], measureSpeed: true });

/** What a workspace holds, once its lab is closed. */
const storedIn = async (folder: string): Promise<SpeedMeasurement[]> => {
  const store = await openStore(folder, migrationsFolder);
  const found = store.read.speedMeasurements(processor());
  store.close();
  return found;
};

const timesMeasured = (events: readonly LabEvent[]): number =>
  events.filter((event) => event.type === 'speedProgressed' && event.progress === null).length;

test('speeds are measured once before the first run, and not again where an equal measurement is known', async () => {
  const { lab, folder, events } = await openTestLab();
  const first = await lab.enqueue(comparison);
  await Promise.all(first.runIds.map((id) => untilEnded(lab, id)));
  expect(timesMeasured(events)).toBe(1);
  const firstStart = events.findIndex((event) => event.type === 'runChanged' && event.run.state === 'running');
  expect(events.findIndex(({ type }) => type === 'speedProgressed')).toBeLessThan(firstStart);

  // Other epochs, another seed and a part of the methods: the same steps.
  const again = { ...comparison, shared: { ...shared, epochs: 1 }, seeds: [2], arms: [esam, sam] };
  await Promise.all((await lab.enqueue(again)).runIds.map((id) => untilEnded(lab, id)));
  expect(timesMeasured(events)).toBe(1);
  // Larger batches are other steps; an experiment that does not wish it is not measured.
  const larger = { ...comparison, shared: { ...shared, epochs: 1, batchSize: 20 } };
  await Promise.all((await lab.enqueue({ ...larger, measureSpeed: false })).runIds.map((id) => untilEnded(lab, id)));
  expect(timesMeasured(events)).toBe(1);
  await Promise.all((await lab.enqueue({ ...larger, seeds: [3] })).runIds.map((id) => untilEnded(lab, id)));
  expect(timesMeasured(events)).toBe(2);

  await lab.close();
  const stored = await storedIn(folder);
  expect(stored.map(({ base }) => base.batchSize)).toEqual([20, 10]);
  expect(stored[1]).toMatchObject({
    arms: [sgd, sam, esam].map((optimizer, index) => ({ optimizer, stepMs: 10 * (index + 1) })),
    environment: { engine: 'scripted', labVersion: '0.0.0-test' },
    limitMs: 60_000,
  });
});

test('a method is measured with the share of its steps that climb, and of both kinds where the data decide on it', async () => {
  const when = (name: 'late' | 'gradient-norm') => optimizerSchema.parse({ ...sam, when: { name } });
  const { lab, folder } = await openTestLab();
  const wished = experimentOf({ arms: [sgd, when('late'), when('gradient-norm')], seeds: [1] });
  const ofEpochs = (...values: number[]) => ({ ...wished, axes: [{ path: 'epochs', values }] });
  const [measured, ...others] = await lab.measureSpeed({ experiment: ofEpochs(100, 10, 20) });
  expect(others).toEqual([]);
  // Late SAM climbs in 5 of 100 epochs, and in one of ten or of twenty.
  const shares = measured?.arms.map(({ optimizer, climbingShare }) => [optimizer.name, climbingShare]);
  expect(shares).toEqual([
    ['sgd', 1],
    ['sam', 0.05],
    ['sam', 1],
    ['sam', 0],
    ['sam', 0.1],
  ]);
  await lab.close();
  const [stored] = await storedIn(folder);
  if (stored === undefined) throw new Error('a measurement expected');
  const late = when('late');
  expect([10, 20, 40].map((epochs) => armsOf(stored, { optimizer: late, epochs })?.[0]?.climbingShare)).toEqual([
    0.1, 0.05, 0.05,
  ]);
  expect(armsOf(stored, { optimizer: late, epochs: 25 })).toBeNull();
  expect(armsOf(stored, { optimizer: when('gradient-norm'), epochs: 25 })).toHaveLength(2);
  // As it was measured before: the steps of a round were what they happened to be.
  const arms = stored.arms.map((arm) => speedArmSchema.parse({ ...arm, climbingShare: undefined }));
  expect(armsOf({ arms }, { optimizer: late, epochs: 10 })).toBeNull();
  expect(armsOf({ arms }, { optimizer: sgd, epochs: 10 })).toHaveLength(1);
});

test('where the data decide, the runs say how much each kind of step counts', async () => {
  const { lab } = await openTestLab();
  const byNorm = optimizerSchema.parse({ ...sam, when: { name: 'gradient-norm' } });
  const { epochs } = shared;
  const { runIds } = await lab.enqueue(experimentOf({ arms: [sgd, byNorm], seeds: [1, 2], measureSpeed: true }));
  await Promise.all(runIds.map((id) => untilEnded(lab, id)));
  const { rows } = await lab.results(everyGroup);
  // 10 ms of SGD, 20 of a step that climbs, 30 of one that does not; of ten steps of an epoch as many climb as its number says.
  const climbed = (epochs + 1) / 2 / 10;
  expect(rows.map(({ pairedSpeed }) => pairedSpeed?.ratio)).toEqual([
    expect.closeTo((climbed * 20 + (1 - climbed) * 30) / 10, 12),
    undefined,
  ]);
  await lab.close();
});

test('kill -9 of the measuring process is said in the log, and the queue goes on', async () => {
  const { lab, folder } = await openTestLab();
  const { runIds } = await lab.enqueue({ ...comparison, seeds: [scripts.crash, 1] });
  const ended = await Promise.all(runIds.map((id) => untilEnded(lab, id)));
  // The script's crash also meets the runs of that seed.
  expect(ended.map(({ state }) => state)).toEqual(
    [1, 1, 1, 2, 2, 2].map((seed) => (seed === 1 ? 'interrupted' : 'finished')),
  );
  const { log } = await lab.run({ runId: runIds[0] ?? 0 });
  expect(log[0]).toMatchObject({ level: 'warning' });
  expect(log[0]?.text).toMatch(/speeds were not measured.*The speed measurement was cut short\. .*SIGKILL/);
  await lab.close();
  expect(await storedIn(folder)).toEqual([]);
});

test('a queue that is paused meanwhile measures when it goes on; cancelled, the run trains all the same', async () => {
  const { lab, events } = await openTestLab();
  const isMeasuring = (): boolean => {
    const last = events.findLast(({ type }) => type === 'speedProgressed');
    return last?.type === 'speedProgressed' && last.progress !== null;
  };
  const untilMeasuring = () => expect.poll(isMeasuring).toBe(true);
  const { runIds } = await lab.enqueue({ ...comparison, seeds: [scripts.ignoreStop, 1] }); // a minute's sleep
  await untilMeasuring();
  await expect(lab.selfTest({})).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
  await expect(lab.measureSpeed({ experiment: comparison })).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
  await lab.pauseQueue({ paused: true });
  await expect.poll(() => timesMeasured(events)).toBe(1);
  expect((await lab.queue({})).running).toEqual([]);
  await lab.pauseQueue({ paused: false });
  await untilMeasuring();
  await lab.cancelSpeed({});
  expect(timesMeasured(events)).toBe(2);
  await lab.cancelRuns({ runIds: runIds.slice(1) });
  await lab.stopRun({ runId: runIds[0] ?? 0, when: 'now' });
  const { run, log } = await lab.run({ runId: (await untilEnded(lab, runIds[0] ?? 0)).id });
  expect(run.startedAt).not.toBeNull();
  expect(log[0]?.text).toContain('The measurement was cancelled');
});

test('a real trainer measures what is asked for', { timeout: 300_000 }, async () => {
  const { lab } = await openTestLab(undefined, {
    launcher: realTrainers,
    limits: { silenceMs: 60_000, stopMs: 5000 },
  });
  const experiment = experimentOf({
    arms: [sgd, sam, esam],
    axes: [{ path: 'batchSize', values: [8, 16] }],
    shared: { ...shared, model: { id: 'mlp' }, device: { ...shared.device, engine: 'wasm', threads: 1 } },
  });
  const measured = await lab.measureSpeed({ experiment, limitMs: 1000 });
  expect(measured.map(({ base, arms }) => [base.batchSize, arms.length])).toEqual([
    [8, 3],
    [16, 3],
  ]);
  for (const { arms } of measured) for (const { stepMs } of arms) expect(stepMs).toBeGreaterThan(0);
  // There is time for several processes: each does nine rounds, and the times of all are kept.
  const [{ processes, arms, endedBy } = expect.fail()] = await lab.measureSpeed({
    experiment: { ...experiment, arms: [sgd, sam], axes: [] },
  });
  expect(processes).toBeGreaterThanOrEqual(5);
  expect(processes % 2).toBe(1);
  for (const { roundMs } of arms) expect(roundMs).toHaveLength(9 * processes);
  // The interval that is told is of all the processes; whether it is narrow decided when to end.
  const widest = Math.max(
    ...arms.map(({ relativeSpeed }) => (relativeSpeed === null ? 0 : relativeHalfWidth(relativeSpeed))),
  );
  expect(widest).toBeGreaterThan(0);
  expect(endedBy).toBe(widest <= 0.02 ? 'narrow' : 'limit');
  const many = {
    ...experiment,
    axes: [{ path: 'optimizer.rho', values: Array.from({ length: 20 }, (_, n) => n / 100) }],
  };
  await expect(lab.measureSpeed({ experiment: many })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
