import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noAnnotation, type Annotation } from '../../shared/annotation.ts';
import { parseQuery } from '../../shared/query/query.ts';
import type { RunState, RunSummary } from '../../shared/run.ts';
import { compareCells } from '../../shared/runs/column.ts';
import { differingColumns, runColumnOf, runColumns, usualColumns } from '../../shared/runs/columns.ts';
import type { RunSort } from '../../shared/runs/view.ts';
import { runCell } from '../../src-renderer/runCells.ts';
import { findRuns } from '../../shared/runs/find.ts';
import { groupRuns } from '../../src-renderer/runGroups.ts';
import { runLines, toggledRange } from '../../src-renderer/runLines.ts';
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
  doubt: null,
  othersBusyCores: null,
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
type Said = ReadonlyMap<number, Partial<Annotation>>;
const groupsOf = (search: string, said: Said = new Map(), sort: RunSort = null, trashed: readonly number[] = []) => {
  const subjects = runs.map((run) => ({
    ...{ run, annotation: { ...noAnnotation, ...said.get(run.id) }, datasetName: 'MNIST digits' },
    isTrashed: trashed.includes(run.id),
  }));
  return groupRuns(subjects, findRuns(subjects, parseQuery(search), sort), new Map(), sort);
};
const found = (search: string, said?: Said, sort?: RunSort, trashed?: readonly number[]): number[][] =>
  groupsOf(search, said, sort, trashed).map((group) => group.runs.map(({ id }) => id));

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
  expect(found('state:interrupted')).toEqual([[3]]);
});

test('a group counts all of its runs, also those that the filter hides', () => {
  const [group] = groupsOf('state:interrupted');
  expect(group).toMatchObject({ runCount: 2, finishedCount: 1, method: 'sgd', results: null });
});

test('what is archived or in the trash is left out until it is asked for', () => {
  const said = new Map([[4, { archived: true }]]);
  expect(found('', said).flat()).toEqual([3, 1, 2]);
  expect(found('is:archived', said)).toEqual([[4]]);
  expect(found('', new Map(), null, [1, 4])).toEqual([[3], [2]]);
  expect(found('is:trashed', new Map(), null, [1, 4])).toEqual([[4], [1]]);
  // Its siblings in the trash count for nothing.
  expect(groupsOf('state:interrupted', new Map(), null, [1])[0]).toMatchObject({ runCount: 1, finishedCount: 0 });
});

test('groups and their runs stand in the order of a column, what has no value last either way', () => {
  const bySeed = (isDescending: boolean) => ({ column: 'seed', isDescending });
  // Both groups have two seeds, 0 and another: they stand as their runs come.
  expect(found('', new Map(), bySeed(true))).toEqual([
    [4, 2],
    [3, 1],
  ]);
  expect(found('', new Map(), bySeed(false))).toEqual([
    [2, 4],
    [1, 3],
  ]);
  expect(found('', new Map(), { column: 'optimizer.rho', isDescending: false })).toEqual([
    [4, 2],
    [3, 1],
  ]);
  expect(found('', new Map(), { column: 'optimizer.rho', isDescending: true })).toEqual([
    [4, 2],
    [3, 1],
  ]);
  expect(found('', new Map(), { column: 'method', isDescending: true }).flat()[0]).toBe(3);
  expect(found('', new Map(), { column: 'of another version', isDescending: true })).toEqual(found(''));
});

const cell = fc.option(fc.oneof(fc.double({ noNaN: true }), fc.string()), { nil: null });
test('cells have one order: reversed it is the other way round, but for what has no value', () => {
  fc.assert(
    fc.property(fc.array(cell), (cells) => {
      const [up, down] = [false, true].map((isDescending) =>
        cells.toSorted((a, b) => compareCells(a, b, isDescending)),
      );
      const nulls = cells.filter((each) => each === null).length;
      for (const sorted of [up ?? [], down ?? []]) {
        expect(sorted.slice(sorted.length - nulls).every((each) => each === null)).toBe(true);
        expect(sorted.slice(0, sorted.length - nulls)).not.toContain(null);
      }
      const numbers = (sorted: readonly unknown[] = []) => sorted.filter((each) => typeof each === 'number');
      expect(numbers(up)).toEqual(numbers(cells).sort((a, b) => a - b));
      expect(numbers(down)).toEqual(numbers(cells).sort((a, b) => b - a));
    }),
  );
});

test('a tick with the shift key sets all from the last one on, whatever lies between', () => {
  const groups = groupsOf('');
  const shown = groups.flatMap(({ subjects }) => subjects);
  const lines = runLines(groups, shown, true, new Set([groups[0]?.key ?? '']));
  expect(lines.map(({ key, subject }) => subject?.run.id ?? key)).toEqual([groups[0]?.key, 4, 2, groups[1]?.key]);
  const ids = (from: string | null, to: string, isOn = true, chosen: readonly number[] = []) =>
    [...toggledRange(new Set(chosen), lines, from, to, isOn)].sort();
  expect(ids(null, '2')).toEqual([2]);
  expect(ids('4', '2')).toEqual([2, 4]);
  expect(ids(groups[1]?.key ?? '', '2')).toEqual([1, 2, 3]); // a closed group stands for its runs
  expect(ids('4', '2', false, [1, 2, 4])).toEqual([1]);
  expect(ids('gone', '2')).toEqual([2]);
  const alone = runLines(groups, shown.toReversed(), false, new Set());
  expect(alone.map(({ key }) => key)).toEqual(['1', '3', '2', '4']);
});

test('every column of the list has a name of its own, a definition, and something to say of a run or nothing', () => {
  expect(new Set(runColumns.map(({ id }) => id)).size).toBe(runColumns.length);
  const [subject] = groupsOf('')[0]?.subjects ?? [];
  if (subject === undefined) throw new Error('There is no run.');
  for (const column of runColumns) {
    expect(column.help).not.toBe('');
    expect(runColumnOf(column.id)).toBe(column);
    expect(runCell(column, subject)).not.toMatch(/undefined|NaN|object/);
  }
  for (const id of usualColumns) if (id !== differingColumns) expect(runColumnOf(id)).toBeDefined();
});

test('what nobody has published is called an experiment in lists of runs too', () => {
  const names = [esam, { ...esam, interval: 2 }].map((optimizer) =>
    runColumnOf('method')?.ofRun({
      run: runOf(1, optimizer, 'finished'),
      annotation: noAnnotation,
      datasetName: 'MNIST',
    }),
  );
  expect(names).toEqual(['ESAM', 'ESAM, experimental']);
});
