import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { everyGroup, exportFormats, usualExport } from '../../shared/result.ts';
import { packRuns } from '../../shared/runsOnWire.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { noAnnotation } from '../../shared/annotation.ts';
import { parseQuery } from '../../shared/query/query.ts';
import { findRuns } from '../../shared/runs/find.ts';
import { groupRuns } from '../../src-renderer/runGroups.ts';
import { migrationsFolder, trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { makeHistory } from './historyWorkspace.ts';
import { median } from './median.ts';

export const generateHistory = (workspace: string, runs: number, epochs: number): Promise<void> =>
  makeHistory(workspace, migrationsFolder, runs, epochs);

const rounded = (value: number): number => Number(value.toFixed(1));

type Question = readonly [name: string, ask: () => Promise<unknown>];

const timeOf = async (ask: () => Promise<unknown>): Promise<{ answer: unknown; ms: number }> => {
  const start = performance.now();
  const answer = await ask();
  return { answer, ms: performance.now() - start };
};

/** Asks each once, takes the process's memory, then asks each three times more; kilobytes of an answer as it travels. */
const askAll = async (questions: readonly Question[]): Promise<object> => {
  const first: number[] = [];
  for (const [, ask] of questions) first.push((await timeOf(ask)).ms);
  const residentMegabytes = Math.round(process.memoryUsage().rss / 1e6);
  const figures: Record<string, unknown> = {};
  for (const [index, [name, ask]] of questions.entries()) {
    const rounds = [await timeOf(ask), await timeOf(ask), await timeOf(ask)];
    figures[name] = {
      firstMs: rounded(first[index] ?? NaN),
      laterMs: rounded(median(rounds.map(({ ms }) => ms))),
      kilobytes: Math.round(JSON.stringify(rounds[0]?.answer).length / 1e3),
    };
  }
  return { residentMegabytes, ...figures };
};

/** How long the lab takes to answer what the window asks of a long history as soon as it has opened, and what memory it takes. */
export const measureHistory = (workspaceFolder: string): Promise<object> =>
  withLab(workspaceFolder, async (lab) => {
    const answers = await askAll(await questionsTo(lab));
    return { ...answers, ...(await measureList(lab)) };
  });

/** The same once a window has been open for five seconds; then what is seen of it, and an epoch's end. */
export const measureOpenHistory = async (workspaceFolder: string): Promise<object> => ({
  ...(await withLab(workspaceFolder, async (lab) => {
    await lab.workspace({});
    await lab.leftOut({}); // as every window asks when it comes
    await setTimeout(5000);
    const answers = await askAll(await questionsTo(lab));
    const { measurePage } = await import('./historyPage.ts'); // only now: what drives Chromium takes memory
    return { ...answers, toPixels: await measurePage(lab, workspaceFolder) };
  })),
  endOfEpochMs: await endOfEpoch(workspaceFolder),
});

/** What the list of runs shows first, as the window asks it. */
const newestRuns = async (lab: Lab): Promise<unknown> => {
  const runs = await lab.newestRuns({ groups: 100 });
  return [runs, await lab.groupMeans({ groupHashes: [...new Set(runs.map(({ groupHash }) => groupHash))] })];
};

const withLab = async (workspaceFolder: string, measure: (lab: Lab) => Promise<object>): Promise<object> => {
  const opening = performance.now();
  const lab = await openLab(trainingLabOptions(workspaceFolder));
  const openMs = rounded(performance.now() - opening);
  try {
    return { openMs, ...(await measure(lab)) };
  } finally {
    await lab.close();
  }
};

const questionsTo = async (lab: Lab): Promise<Question[]> => {
  const thirty = { ...everyGroup, experimentIds: [1, 2, 3] };
  const [newest] = await lab.experiments({});
  return [
    ['newest runs', () => newestRuns(lab)],
    ['runs', async () => packRuns(await lab.runs({ experimentId: null }))],
    ['experiments', () => lab.experiments({})],
    ['results of 30 groups', () => lab.results(thirty)],
    [
      'curves of 30 groups',
      () => lab.curves({ query: thirty, metric: 'testAccuracy', axis: 'activeTime', relativeTo: null }),
    ],
    ...exportFormats.map((format): Question => [
      `export of 30 groups, ${format}`,
      () => lab.exportResults({ query: thirty, format, ...usualExport }),
    ]),
    ['means of all groups', () => lab.groupMeans({ groupHashes: [] })],
    ['results of all groups', () => lab.results(everyGroup)],
    ...(newest === undefined ? [] : [['plan of one experiment', () => lab.plan(newest.experiment)] as const]),
  ];
};

/** What the window itself does with all runs, without drawing them. */
const measureList = async (lab: Lab): Promise<object> => {
  const [runs, means] = await Promise.all([lab.runs({ experimentId: null }), lab.groupMeans({ groupHashes: [] })]);
  const rows = new Map(means.map((each) => [each.groupHash, each]));
  const query = parseQuery('esam 0.4 7 state:finished');
  const subjects = runs.map((run) => ({ run, annotation: noAnnotation, datasetName: run.config.dataset.id }));
  const sort = { column: 'best', isDescending: true };
  const filtering = await timeOf(() =>
    Promise.resolve(groupRuns(subjects, findRuns(subjects, query, null), rows, null)),
  );
  const sorting = await timeOf(() =>
    Promise.resolve(groupRuns(subjects, findRuns(subjects, parseQuery(''), sort), rows, sort)),
  );
  return {
    'filter of all runs, in the window': rounded(filtering.ms),
    'sort of all runs, in the window': rounded(sorting.ms),
  };
};

/** An epoch's end in a run that has none yet, and in one that has as many as it can: stored for good, and its run read again. */
const endOfEpoch = async (workspaceFolder: string): Promise<object> => {
  const { read, write, close } = await openStore(workspaceFolder, migrationsFolder);
  const [last] = read.runs.all().slice(-1);
  const [experiment] = read.experiments();
  if (last === undefined || experiment === undefined) throw new Error('There is no run.');
  const epochs = read.epochs(last.id);
  const [id = 0] = write.addRuns([{ experimentId: experiment.id, config: last.config }]);
  const times = epochs.map((metrics) => {
    const start = performance.now();
    write.epoch(id, metrics, false);
    read.runs.one(id);
    return performance.now() - start;
  });
  write.cancel([id]);
  write.setDeleted([id], true);
  write.removeDeleted([id]);
  close();
  return { first: rounded(median(times.slice(0, 20))), last: rounded(median(times.slice(-20))) };
};
