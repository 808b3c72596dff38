import { expect, test } from 'vitest';
import { noAnnotation, type Annotation } from '../../shared/annotation.ts';
import { parseQuery } from '../../shared/query/query.ts';
import type { RunState, RunSummary } from '../../shared/run.ts';
import { groupRuns } from '../../src-renderer/runGroups.ts';
import { esam, sgd, shared } from '../lab/fixtures/configs.ts';

const runOf = (id: number, optimizer: RunSummary['config']['optimizer'], state: RunState, seed = 0): RunSummary => ({
  id,
  experimentId: 1,
  experimentName: 'First look',
  groupHash: (optimizer.name === 'sgd' ? 'a' : 'b').repeat(64),
  config: { ...shared, optimizer, seed },
  state,
  reason: null,
  stopRequested: null,
  createdAt: '2026-11-27T12:00:00.000Z',
  startedAt: null,
  endedAt: null,
  epochsDone: 0,
  bestTestAccuracy: null,
  bestEpoch: null,
  lastTestAccuracy: null,
  imagesPerSecond: null,
  activeMs: 0,
  checkpointBytes: 0,
  peakStepBytes: null,
  place: null,
  wantedPlace: null,
  job: null,
  origin: null,
});
const runs = [
  runOf(1, sgd, 'finished'),
  runOf(2, esam, 'finished'),
  runOf(3, sgd, 'interrupted', 1),
  runOf(4, esam, 'finished', 17),
];
const filterOf = (
  search: string,
  state: RunState | 'any',
  said: ReadonlyMap<number, Partial<Annotation>> = new Map(),
) => ({
  query: parseQuery(search),
  state,
  annotationOf: (id: number): Annotation => ({ ...noAnnotation, ...said.get(id) }),
});
const found = (search: string, state: RunState | 'any' = 'any'): number[][] =>
  groupRuns(runs, new Map(), filterOf(search, state), () => 'MNIST digits').map((group) =>
    group.runs.map(({ id }) => id),
  );

test('groups stand by their newest run, runs newest first', () => {
  expect(found('')).toEqual([
    [4, 2],
    [3, 1],
  ]);
});

test('every word has to be found, in whatever a row says: method, data set, experiment, state, seed, settings', () => {
  expect(found('esam')).toEqual([[4, 2]]);
  expect(found('SGD interrupted')).toEqual([[3]]);
  expect(found('digits look 17')).toEqual([[4]]);
  expect(found('esam interrupted')).toEqual([]);
  expect(found('', 'interrupted')).toEqual([[3]]);
});

test('a group counts all of its runs, also those that the filter hides', () => {
  const [group] = groupRuns(runs, new Map(), filterOf('', 'interrupted'), (id) => id);
  expect(group).toMatchObject({ runCount: 2, finishedCount: 1, method: 'sgd', results: null });
});

test('what is archived is left out until it is asked for', () => {
  const said = new Map([[4, { archived: true }]]);
  const ids = (search: string): number[] =>
    groupRuns(runs, new Map(), filterOf(search, 'any', said), (id) => id).flatMap((group) =>
      group.runs.map(({ id }) => id),
    );
  expect(ids('')).toEqual([3, 1, 2]);
  expect(ids('is:archived')).toEqual([4]);
});
