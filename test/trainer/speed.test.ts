import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { speedJob, type SpeedEvent } from '../../shared/jobs/speed.ts';
import { median } from '../../shared/median.ts';
import { phases } from '../../shared/metrics.ts';
import { ratioOverRounds } from '../../shared/pairedRatio.ts';
import { optimizerSchema, type RunConfig } from '../../shared/runConfig.ts';
import { speedBaselineOf, type SpeedMeasurement } from '../../shared/speed.ts';
import { speed } from '../../src-main/trainer/jobs/speed/index.ts';
import { weighted } from '../../src-main/trainer/jobs/speed/weighted.ts';
import { noPhaseMs } from '../../src-main/trainer/phaseClock.ts';
import { tensorflowBinding } from './tensorflow.ts';
import { esam, sam, sgd, tinyRun, writeTinyDataset, type RunSettings } from './tinyDataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-speed-'));
const dataset = writeTinyDataset(folder);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const onEngine = (engine: RunConfig['device']['engine']): Partial<RunSettings> => ({
  device: { engine, threads: 1, deterministic: false, tf32: false, memoryGrowth: true, ownKernels: true },
});

const eventsOf = async (
  configs: RunConfig[],
  limitMs: number,
  stepsPerRound: number | null = null,
): Promise<SpeedEvent[]> => {
  const files = { dataset, datasetFolder: folder, labVersion: '0.0.0', bindingPath: await tensorflowBinding() };
  const events: SpeedEvent[] = [];
  for await (const event of speed.start({ configs, limitMs, stepsPerRound, ...files }, { when: null })) {
    events.push(speedJob.event.parse(structuredClone(event)));
  }
  return events;
};

const measurementIn = (events: readonly SpeedEvent[]): SpeedMeasurement => {
  const last = events.at(-1);
  if (last?.type !== 'measured') throw new Error('nothing was measured');
  return last.measurement;
};

describe.each(['tensorflow', 'wasm'] as const)('on %s', (engine) => {
  test('every arm does the same steps in each round, and what is told is of them', async () => {
    const configs = [sgd, sam, esam].map((optimizer) => tinyRun({ ...onEngine(engine), optimizer }));
    const events = await eventsOf(configs, 2000);
    const measured = measurementIn(events);
    expect(measured.arms.map(({ optimizer }) => optimizer.name)).toEqual(['sgd', 'sam', 'esam']);
    expect(new Set(measured.arms.map(({ roundMs }) => roundMs.length)).size).toBe(1);
    expect(measured.environment).toMatchObject({ datasetSha256: dataset.sha256, trainExamples: 64 });
    expect(measured.base.device.engine).toBe(engine);
    for (const { roundMs, stepMs, phaseMs } of measured.arms) {
      expect(stepMs).toBe(median(roundMs));
      expect(phases.reduce((sum, phase) => sum + phaseMs[phase], 0)).toBeLessThan(1.5 * stepMs);
      expect(phaseMs.forward1).toBeGreaterThan(0);
    }
    const [ofSgd, ofSam, ofEsam] = measured.arms;
    expect(ofSgd?.phaseMs.perturb).toBe(0);
    expect(ofSam?.phaseMs).toMatchObject({
      selectionForward: 0,
      forward2: expect.toSatisfy((ms: number) => ms > 0) as number,
    });
    expect(ofEsam?.phaseMs.selectionForward).toBeGreaterThan(0);
    if (ofSgd === undefined || ofSam === undefined) throw new Error('two arms expected');
    expect(speedBaselineOf(measured.arms)).toBe(ofSam);
    const { ratio, low, high } = ratioOverRounds(ofSam.roundMs, ofSgd.roundMs);
    expect(low).toBeLessThanOrEqual(ratio);
    expect(high).toBeGreaterThanOrEqual(ratio);
    const shares = events.flatMap((event) => (event.type === 'progressed' ? [event.progress.share] : []));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });
});

test('of a method of which some steps climb both kinds count by their share of a run’s steps', async () => {
  const when = (name: 'every' | 'late' | 'random', settings: object = {}) =>
    optimizerSchema.parse({ ...sam, when: { name, ...settings } });
  const ofLate = when('late', { share: 0.05 });
  const arms = [sgd, sam, ofLate, when('random', { probability: 0.5 }), when('random', { probability: 0 })];
  const [first, ...others] = arms.map((optimizer) => tinyRun({ ...onEngine('wasm'), optimizer, epochs: 10 }));
  if (first === undefined) throw new Error('arms expected');
  const measured = measurementIn(await eventsOf([first, ...others], 6000));
  // Of ten epochs late SAM climbs in the last: 0.05 of them, rounded up.
  expect(measured.arms.map(({ climbingShare }) => climbingShare)).toEqual([1, 1, 0.1, 0.5, 0]);
  expect(measured.arms[2]?.optimizer).toEqual(ofLate);
  expect(measured.stepsPerRound % 2).toBe(0);
  const [ofSgd, ofSam, late, half, never] = measured.arms.map(({ phaseMs }) => phaseMs.forward2);
  expect([ofSgd, never]).toEqual([0, 0]);
  for (const ms of [ofSam, late, half]) expect(ms).toBeGreaterThan(0);
});

test('of a method of which the data decide when it climbs, steps that do and steps that do not are measured apart', async () => {
  const byNorm = optimizerSchema.parse({ ...sam, when: { name: 'gradient-norm' } });
  const run = tinyRun({ ...onEngine('wasm'), optimizer: byNorm, epochs: 10 });
  const { arms } = measurementIn(await eventsOf([run], 3000));
  expect(arms.map(({ optimizer, climbingShare }) => [optimizer, climbingShare])).toEqual([
    [byNorm, 1],
    [byNorm, 0],
  ]);
  const [climbing, plain] = arms.map(({ phaseMs }) => phaseMs.forward2);
  expect(climbing).toBeGreaterThan(0);
  expect(plain).toBe(0);
});

test('both kinds of steps count by their share, whatever there is of each', () => {
  const times = weighted();
  const step = (durationMs: number) => ({ durationMs, phaseMs: { ...noPhaseMs(), forward2: durationMs - 4 } });
  times.add(true, step(10));
  for (const ms of [3, 4, 5]) times.add(false, step(ms));
  expect(times.stepMs(0.1)).toBeCloseTo(0.1 * 10 + 0.9 * 4, 12);
  expect(times.phaseMs(0.1)).toEqual({ ...noPhaseMs(), forward2: expect.closeTo(0.1 * 6, 12) as number });
  expect([times.stepMs(1), times.stepMs(0)]).toEqual([10, expect.closeTo(4, 12)]);
  const always = weighted();
  for (const ms of [6, 8]) always.add(true, step(ms));
  expect(always.stepMs(1)).toBeCloseTo(7, 12);
});

test('it ends when the interval is narrow, and says so; else when the time is up', async () => {
  // One method, measured against nothing: there is no interval that could be wide.
  const alone = measurementIn(await eventsOf([tinyRun({ ...onEngine('reference'), model: { id: 'mlp' } })], 60_000));
  expect(alone).toMatchObject({ endedBy: 'narrow', limitMs: 60_000 });
  expect(alone.arms[0]?.roundMs).toHaveLength(9);
  // Steps that take half a second and more: no nine rounds fit.
  const slow = [sgd, sam].map((optimizer) => tinyRun({ ...onEngine('reference'), batchSize: 64, optimizer }));
  const cut = measurementIn(await eventsOf(slow, 1000));
  expect(cut).toMatchObject({ endedBy: 'limit', stepsPerRound: 1 });
  expect(cut.arms[0]?.roundMs.length).toBeLessThan(9);
});

test('a process that goes on with what another has begun does its share of rounds, of as many steps', async () => {
  const configs = [sgd, sam].map((optimizer) => tinyRun({ ...onEngine('wasm'), optimizer }));
  const events = await eventsOf(configs, 60_000, 3);
  expect(events.at(-1)).toMatchObject({ isShare: true, measurement: { stepsPerRound: 3, processes: 1 } });
  for (const { roundMs } of measurementIn(events).arms) expect(roundMs).toHaveLength(9);
});

test('steps that would diverge in training are measured all the same', async () => {
  const wild = tinyRun({ ...onEngine('wasm'), optimizer: { ...sgd, learningRate: 1e30 } });
  expect(measurementIn(await eventsOf([wild], 1000)).arms).toHaveLength(1);
});
