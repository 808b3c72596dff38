import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { noAnnotation } from '../../shared/annotation.ts';
import type { LabApi } from '../../shared/labApi.ts';
import { parseQuery } from '../../shared/query/query.ts';
import { everyGroup, exportFormats, usualExport } from '../../shared/result.ts';
import { findRuns } from '../../shared/runs/find.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { groupRuns } from '../../src-renderer/runGroups.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { openBuiltLab } from './builtLab.ts';
import type { BuiltLab } from './builtLab.ts';
import { measurePage } from './historyPage.ts';
import { makeHistory } from './historyWorkspace.ts';
import { median } from './median.ts';

export const generateHistory = (workspace: string, runs: number, epochs: number): Promise<void> =>
  makeHistory(workspace, migrationsFolder, runs, epochs);

const rounded = (value: number): number => Number(value.toFixed(1));

type Question = readonly [name: string, ask: () => Promise<unknown>];

const timeOf = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

/** Until the lab's answer has come; that of several requests one after another is the last one's. */
const answerTo = async (ask: Question[1], built: BuiltLab): Promise<{ ms: number; bytes: number }> => {
  const start = performance.now();
  await ask();
  const { at, bytes } = built.newest();
  return { ms: at - start, bytes };
};

/** Asks each once, takes the lab's memory, then asks each three times more; kilobytes of the last answer as it travels. */
const askAll = async (built: BuiltLab): Promise<object> => {
  const questions = questionsTo(built.lab);
  const first: number[] = [];
  for (const [, ask] of questions) first.push((await answerTo(ask, built)).ms);
  const residentMegabytes = await built.residentMegabytes();
  const figures: Record<string, unknown> = {};
  for (const [index, [name, ask]] of questions.entries()) {
    const rounds = [await answerTo(ask, built), await answerTo(ask, built), await answerTo(ask, built)];
    figures[name] = {
      firstMs: rounded(first[index] ?? NaN),
      laterMs: rounded(median(rounds.map(({ ms }) => ms))),
      kilobytes: Math.round((rounds[0]?.bytes ?? NaN) / 1e3),
    };
  }
  return { residentMegabytes, ...figures };
};

/** How long the lab takes to answer what the window asks of a long history as soon as it has opened, and what memory it takes. */
export const measureHistory = (workspaceFolder: string): Promise<object> =>
  withLab(workspaceFolder, async (built) => ({ ...(await askAll(built)), ...(await measureList(built.lab)) }));

/** The same once a window has been open for five seconds; then what is seen of it, and an epoch's end. */
export const measureOpenHistory = async (workspaceFolder: string): Promise<object> => ({
  ...(await withLab(workspaceFolder, async (built) => {
    await built.lab.workspace({});
    await built.lab.leftOut({}); // as every window asks when it comes
    await setTimeout(5000);
    return { ...(await askAll(built)), toPixels: await measurePage(built) };
  })),
  endOfEpochMs: await endOfEpoch(workspaceFolder),
});

/** What the list of runs shows first, as the window asks it. */
const newestRuns = async (lab: LabApi): Promise<unknown> => {
  const runs = await lab.newestRuns({ groups: 100 });
  return [runs, await lab.groupMeans({ groupHashes: [...new Set(runs.map(({ groupHash }) => groupHash))] })];
};

const withLab = async (workspaceFolder: string, measure: (built: BuiltLab) => Promise<object>): Promise<object> => {
  const built = await openBuiltLab(workspaceFolder);
  try {
    return { openMs: rounded(built.openMs), ...(await measure(built)) };
  } finally {
    await built.close();
  }
};

const questionsTo = (lab: LabApi): Question[] => {
  const thirty = { ...everyGroup, experimentIds: [1, 2, 3] };
  return [
    ['newest runs', () => newestRuns(lab)],
    ['runs', () => lab.runs({ experimentId: null })],
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
    ['plan of the newest experiment', () => planOfNewest(lab)],
  ];
};

const planOfNewest = async (lab: LabApi): Promise<unknown> => {
  const [newest] = await lab.experiments({});
  if (newest === undefined) throw new Error('There is no experiment.');
  return lab.plan(newest.experiment);
};

/** What the window itself does with all runs, without drawing them. */
const measureList = async (lab: LabApi): Promise<object> => {
  const [runs, means] = await Promise.all([lab.runs({ experimentId: null }), lab.groupMeans({ groupHashes: [] })]);
  const rows = new Map(means.map((each) => [each.groupHash, each]));
  const query = parseQuery('esam 0.4 7 state:finished');
  const subjects = runs.map((run) => ({ run, annotation: noAnnotation, datasetName: run.config.dataset.id }));
  const sort = { column: 'best', isDescending: true };
  const filteringMs = timeOf(() => groupRuns(subjects, findRuns(subjects, query, null), rows, null));
  const sortingMs = timeOf(() => groupRuns(subjects, findRuns(subjects, parseQuery(''), sort), rows, sort));
  return {
    'filter of all runs, in the window': rounded(filteringMs),
    'sort of all runs, in the window': rounded(sortingMs),
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
  const times = epochs.map((metrics) =>
    timeOf(() => {
      write.epoch(id, metrics, false);
      read.runs.one(id);
    }),
  );
  write.cancel([id]);
  write.setDeleted([id], true);
  write.removeDeleted([id]);
  close();
  return { first: rounded(median(times.slice(0, 20))), last: rounded(median(times.slice(-20))) };
};
