import { performance } from 'node:perf_hooks';
import { serialize } from 'node:v8';
import { everyGroup, exportFormats } from '../../shared/result.ts';
import { locate } from '../../src-main/cli/locations.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { groupRuns } from '../../src-renderer/runGroups.ts';
import { makeHistory } from './historyWorkspace.ts';
import { median } from './median.ts';

const { trainerEntry, presetsFolder, paperFolder, examplesFolder, migrationsFolder } = locate(
  new URL('../../src-main/cli/index.ts', import.meta.url).href,
);

export const generateHistory = (workspace: string, runs: number, epochs: number): Promise<void> =>
  makeHistory(workspace, migrationsFolder, runs, epochs);

const rounded = (value: number): number => Number(value.toFixed(1));

/** Milliseconds of the first answer, of the median of three more, and the size of the answer in kilobytes. */
const timed = async (ask: () => Promise<unknown>): Promise<object> => {
  const times: number[] = [];
  let answer: unknown;
  for (let round = 0; round < 4; round++) {
    const start = performance.now();
    answer = await ask();
    times.push(performance.now() - start);
  }
  const [first = NaN, ...later] = times;
  return {
    firstMs: rounded(first),
    laterMs: rounded(median(later)),
    kilobytes: Math.round(serialize(answer).length / 1e3),
  };
};

/** How long the lab takes to answer what the window asks of a long history, and what memory it takes. */
export const measureHistory = async (workspaceFolder: string): Promise<object> => {
  const opening = performance.now();
  const lab = await openLab({
    ...{
      workspaceFolder,
      presetsFolder,
      paperFolder,
      examplesFolder,
      migrationsFolder,
      labVersion: 'bench',
      electronVersion: null,
    },
    ...{ notices: [], installRuntimeOnStart: false, launcher: nodeTrainers(trainerEntry) },
  });
  const openMs = rounded(performance.now() - opening);
  const thirty = { ...everyGroup, experimentIds: [1, 2, 3] };
  const figures: Record<string, unknown> = { openMs };
  const note = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
    figures[name] = await timed(ask);
    console.log(`${name}: ${JSON.stringify(figures[name])}`);
  };
  try {
    await note('runs', () => lab.runs({ experimentId: null }));
    await note('experiments', () => lab.experiments({}));
    await note('results of 30 groups', () => lab.results(thirty));
    await note('curves of 30 groups', () => lab.curves({ query: thirty, metric: 'testAccuracy', axis: 'activeTime' }));
    for (const format of exportFormats) {
      await note(`export of 30 groups, ${format}`, () => lab.exportResults({ query: thirty, format }));
    }
    await note('results of all groups', () => lab.results(everyGroup));
    const [runs, table] = await Promise.all([lab.runs({ experimentId: null }), lab.results(everyGroup)]);
    const rows = new Map(table.rows.map((row) => [row.groupHash, row]));
    const filter = { search: 'esam 0.4 7', state: 'finished' } as const;
    await note('filter of all runs, in the window', async () => groupRuns(runs, rows, filter, (id) => id).length);
    const [newest] = await lab.experiments({});
    if (newest !== undefined) await note('plan of one experiment', () => lab.plan(newest.experiment));
    figures['residentMegabytes'] = Math.round(process.memoryUsage().rss / 1e6);
  } finally {
    await lab.close();
  }
  figures['endOfEpochMs'] = await endOfEpoch(workspaceFolder);
  return figures;
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
  write.removeDeleted();
  close();
  return { first: rounded(median(times.slice(0, 20))), last: rounded(median(times.slice(-20))) };
};
