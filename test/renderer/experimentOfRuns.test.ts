import { expect, test } from 'vitest';
import { expand, experimentSchema } from '../../shared/experiment.ts';
import type { RunSummary } from '../../shared/run.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { experimentOfRuns, namesOfRuns } from '../../src-renderer/experimentOfRuns.ts';
import { esam, experimentOf, sgd, shared } from '../lab/fixtures/configs.ts';

const runOf = (config: RunConfig, index: number): RunSummary => ({
  id: index + 1,
  experimentId: 1,
  experimentName: 'Test',
  groupHash: '0'.repeat(64),
  config,
  state: 'finished',
  reason: null,
  stopRequested: null,
  createdAt: '2026-11-27T12:00:00.000Z',
  startedAt: null,
  endedAt: null,
  epochsDone: 3,
  bestTestAccuracy: null,
  bestEpoch: null,
  lastTestAccuracy: null,
  imagesPerSecond: null,
  activeMs: 0,
  checkpointBytes: 0,
  peakStepBytes: null,
  doubt: null,
  othersBusyCores: null,
  place: null,
  wantedPlace: null,
  job: null,
  origin: null,
});

test('the runs of an experiment make it again: the same runs, in the same order', () => {
  const experiment = experimentOf({ arms: [sgd, esam], seeds: [0, 3] });
  const again = experimentOfRuns(expand(experiment).map(runOf));
  if (again === null) throw new Error('They make an experiment.');
  expect(expand(again)).toEqual(expand(experiment));
  expect(again.name).toBe('Test (from runs 1–4)');
});

test('a run brings its method and its seed alone, on the data of now, and shares nothing with the run', () => {
  const dataset = { ...shared.dataset, identity: 'a'.repeat(64) };
  const run = runOf({ ...shared, dataset, optimizer: esam, seed: 7 }, 5);
  const experiment = experimentOfRuns([run]);
  expect(experiment).toMatchObject({ arms: [esam], seeds: [7], shared: { dataset: { identity: null } } });
  expect(experiment?.arms[0]).not.toBe(run.config.optimizer);
});

test('what a run has other than the first one, its arm overrides', () => {
  const warm = { ...sgd, overrides: { epochs: 9, 'schedule.name': 'warmup', 'dataset.trainSubset': null } };
  const experiment = experimentSchema.parse(experimentOf({ arms: [sgd, warm, esam], seeds: [0, 3] }));
  const again = experimentOfRuns(expand(experiment).map(runOf));
  if (again === null) throw new Error('They make an experiment.');
  expect(expand(again)).toEqual(expand(experiment));
  expect(again.arms.map(({ overrides }) => overrides?.['epochs'])).toEqual([undefined, 9, undefined]);
});

test('runs that differ in a list, and no runs, make none', () => {
  const [run] = expand(experimentOf()).map(runOf);
  if (run === undefined) throw new Error('There is one.');
  const step = (milestones: number[]) =>
    runOf({ ...run.config, schedule: { name: 'step', milestones, factor: 0.1 } }, 1);
  expect(experimentOfRuns([step([1]), step([2])])).toBeNull();
  expect(experimentOfRuns([])).toBeNull();
});

test('a long name keeps where it comes from', () => {
  const [run] = expand(experimentOf()).map(runOf);
  if (run === undefined) throw new Error('There is one.');
  const name = experimentOfRuns([{ ...run, experimentName: 'x'.repeat(120) }])?.name ?? '';
  expect(name).toHaveLength(120);
  expect(name).toMatch(/x \(from run 1\)$/);
});

test('runs are named by their numbers while these stand in a row', () => {
  expect([[6], [6, 7, 8], [6, 9]].map(namesOfRuns)).toEqual(['run 6', 'runs 6–8', '2 runs']);
});
