import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Experiment } from '../../shared/experiment.ts';
import { packQueue } from '../../shared/queue.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { databaseName } from '../../src-main/lab/store/backups.ts';
import { loadSqlite } from '../../src-main/lab/store/database.ts';
import { logTable } from '../../src-main/lab/store/logs.ts';
import { trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { overheadConfig } from './overhead.ts';

const waiting = 5000;
const sets = 500;
const logMegabytes = 2000;
const lineCharacters = 1000;

const rounded = (value: number): number => Number(value.toFixed(1));
const residentMegabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);

/** How long some work takes, and for how long at a stretch nobody else was answered meanwhile. */
const timed = async (
  work: () => Promise<unknown>,
): Promise<{ ms: number; longestHoldMs: number; kilobytes: number }> => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await setTimeout(20); // it counts from its second tick on
  const start = performance.now();
  const answer = await work();
  const ms = performance.now() - start;
  await setTimeout(20); // the last hold is seen by the tick after it
  delay.disable();
  return {
    ms: rounded(ms),
    longestHoldMs: rounded(delay.max / 1e6),
    kilobytes: Math.round(JSON.stringify(answer ?? null).length / 1e3),
  };
};

/** Sets beside MNIST, whose files they share. */
const addSets = (workspaceFolder: string): void => {
  const library = join(workspaceFolder, 'datasets');
  const built = join(library, 'mnist');
  const info = JSON.parse(readFileSync(join(built, 'dataset.json'), 'utf8')) as object;
  for (let number = 1; number < sets; number++) {
    const folder = join(library, `set-${number}`);
    mkdirSync(folder);
    for (const name of readdirSync(built)) {
      if (name === 'dataset.json')
        writeFileSync(join(folder, name), JSON.stringify({ ...info, id: `set-${number}`, name: `Set ${number}` }));
      else linkSync(join(built, name), join(folder, name));
    }
  }
};

/** Through the store's own table; nothing is lost that cannot be made again. */
const addLog = async (workspaceFolder: string, runId: number): Promise<void> => {
  const database = (await loadSqlite())(join(workspaceFolder, databaseName));
  database.pragma('synchronous = OFF');
  const log = logTable(database);
  const at = new Date().toISOString();
  const lines = (logMegabytes * 1e6) / lineCharacters;
  for (let from = 0; from < lines; from += 20_000)
    database.transaction(() => {
      for (let line = from; line < Math.min(lines, from + 20_000); line++)
        log.insert(runId, { at, level: 'info', text: `line ${line} `.padEnd(lineCharacters, 'said by the trainer ') });
    })();
  database.close();
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const experiment = ({ optimizer, seed: _, ...shared }: typeof overheadConfig): Experiment => ({
  ...{ name: 'Waiting', shared, arms: [optimizer], skipFinished: false, measureSpeed: false },
  ...{ axes: [{ path: 'epochs', values: upTo(waiting / 100) }], seeds: upTo(100) },
});

/** Pages of a log as the window reads them: of the run's end, of what is before it, and of a word that stands in none. */
const readLog = async (lab: Lab, runId: number): Promise<object> => {
  const before = residentMegabytes();
  const newest = await timed(() => lab.run({ runId }));
  const page = await timed(() => lab.runLog({ runId, toward: 'earlier', from: 1_000_000, search: '' }));
  const search = await timed(() => lab.runLog({ runId, toward: 'earlier', from: null, search: 'not said' }));
  return {
    newest,
    page,
    'a page of a search that finds nothing': search,
    addedMegabytes: residentMegabytes() - before,
  };
};

/**
 * A lab with very much: so many runs queued, a run whose log is larger than memory should be, and so many data sets. The times say for how long at
 * a stretch the lab's one thread was taken.
 */
export const measureLoad = async (workspaceFolder: string): Promise<object> => {
  const options = trainingLabOptions(workspaceFolder);
  const first = await openLab(options);
  await first.pauseQueue({ paused: true });
  while ((await first.datasets({})).length === 0) await setTimeout(100);
  const enqueue = await timed(() => first.enqueue(experiment(overheadConfig)));
  const queue = await timed(async () => packQueue(await first.queue({})));
  const [runId = 0] = (await first.queue({})).waiting.map(({ id }) => id);
  await first.close();
  addSets(workspaceFolder);
  await addLog(workspaceFolder, runId);
  const start = performance.now();
  const lab = await openLab(options);
  try {
    return {
      [`${waiting} runs`]: { enqueue, queue },
      openMs: rounded(performance.now() - start),
      [`${sets} data sets`]: { first: await timed(() => lab.datasets({})), later: await timed(() => lab.datasets({})) },
      [`a log of ${logMegabytes} MB`]: await readLog(lab, runId),
      residentMegabytes: residentMegabytes(),
    };
  } finally {
    await lab.close();
  }
};
