import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LabOutput } from '../../shared/labApi.ts';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { labOptions, trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { answerQuestions, openApp, temporaryHome } from './app.ts';
import type { OpenApp, PageBridge } from './app.ts';
import { isImporting, until, writeLargeSet } from '../processes/states.ts';
import { sgdOnly, stateOf, waitForEpochs } from './experiments.ts';
import { isAlive, isLab, isSuspended, killAtOnce, processTree, trainerPids } from './processes.ts';

/** The promise is two seconds; a machine with more to do than cores needs longer to end a process. */
const survivorsMs = 2000 + 3000;

const hangingCompiler = async (folder: string): Promise<Record<string, string>> => {
  const compiler = join(folder, 'c++');
  await mkdir(folder, { recursive: true });
  await writeFile(compiler, '#!/bin/sh\nsleep 600 &\nwait\n');
  await chmod(compiler, 0o755);
  return { ESAM_LAB_CACHE: join(folder, 'cache'), ESAM_LAB_TENSORFLOW_BINDING: '', CXX: compiler };
};

const untilInstalling = async ({ ask }: OpenApp): Promise<void> => {
  const isInstalling = async (): Promise<boolean> =>
    (await ask('deviceStatus', {})).engines.some(({ state }) => state === 'installing');
  await expect.poll(isInstalling, { timeout: 60_000 }).toBe(true);
};

const trainsSuspended = async (opened: OpenApp): Promise<void> => {
  const { runIds } = await opened.ask('enqueue', await sgdOnly(opened, 200));
  await waitForEpochs(opened, runIds[0] ?? 0, 1);
  const trainers = await trainerPids(opened);
  expect(trainers).toHaveLength(1);
  for (const trainer of trainers) process.kill(trainer, 'SIGSTOP'); // it hears nothing, as within a step of minutes
};

/** Lets the page choose a folder, as with the system's dialog. */
const chooseFolder = async ({ app, page }: OpenApp, folder: string): Promise<void> => {
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, folder);
  await page.evaluate(() =>
    (globalThis as unknown as { esamLab: PageBridge }).esamLab.shell['chooseDataset']?.('folder'),
  );
};

/** @returns a way to import it under a name. */
const largeSet = async (opened: OpenApp): Promise<(name: string) => Promise<unknown>> => {
  const folder = join(opened.workspace, '..', 'large');
  await mkdir(folder);
  await writeLargeSet(folder);
  await chooseFolder(opened, folder);
  const choices = { onDamaged: 'refuse', split: null, range: null } as const;
  return (name) =>
    opened.ask('importDataset', { kind: 'idx', paths: [folder], name, ...choices }).catch(() => undefined); // the lab is killed
};

const imports = async (opened: OpenApp): Promise<void> => {
  const importAs = await largeSet(opened);
  void importAs('large');
  await until(() => isImporting(opened.workspace));
};

/** Has the lab stand still in the middle of an import. On a busy machine one may be over before it is seen: then it imports it again. */
const standsStillImporting = async (opened: OpenApp): Promise<void> => {
  const importAs = await largeSet(opened);
  const [lab = 0] = processTree(opened.app.process().pid ?? 0).filter(isLab);
  for (;;) {
    let isOver = false;
    const importing = importAs('large').then(() => (isOver = true));
    await until(() => isOver || isImporting(opened.workspace));
    process.kill(lab, 'SIGSTOP');
    await until(() => isSuspended(lab));
    if (isImporting(opened.workspace)) return;
    process.kill(lab, 'SIGCONT');
    await importing;
    await opened.ask('deleteDataset', { id: 'large' });
  }
};

/** @returns a run that has finished, with a checkpoint. */
const trains = async (opened: OpenApp): Promise<number> => {
  const { runIds } = await opened.ask('enqueue', { ...(await sgdOnly(opened, 1)), seeds: [0] });
  const [runId = 0] = runIds;
  await expect.poll(() => stateOf(opened, runId), { timeout: 120_000 }).toBe('finished');
  return runId;
};

/** As many bundles at once as it takes, each with its checkpoints. */
const exports = async (opened: OpenApp): Promise<void> => exportRun(opened, await trains(opened));
const exportRun = (opened: OpenApp, runId: number): void => {
  const wish = { experimentIds: [], runIds: [runId], name: null, withCheckpoints: true };
  for (let count = 0; count < 8; count++) opened.ask('exportBundle', wish).catch(() => undefined); // the lab is killed
};

/** Of few images, and of more rows than are computed before the kill. */
const analysis = analysisSettingsSchema.parse({ kind: 'landscape', points: 101, examples: 10 });
const polled = { timeout: 120_000, interval: 20 };

/** @returns what the next lab must do: keep the rows that were there, and go on behind them. */
const analyses = async (opened: OpenApp): Promise<Follow> => {
  await opened.ask('analyse', { runIds: [await trains(opened)], settings: analysis });
  const detail = async (): Promise<LabOutput<'analysis'> | null> => {
    const [id] = (await opened.ask('analyses', {})).map((each) => each.id);
    return id === undefined ? null : opened.ask('analysis', { id });
  };
  await expect.poll(async () => (await detail())?.rows.length ?? 0, polled).toBeGreaterThan(1);
  const told = await detail();
  if (told === null) throw new Error('The analysis is gone.');
  const { id } = told.analysis;
  return async (next) => {
    const isFurther = async (): Promise<boolean> => (await next.analysis({ id })).rows.length > told.rows.length + 1;
    await expect.poll(isFurther, polled).toBe(true);
    const { rows, analysis: present } = await next.analysis({ id });
    expect(rows.slice(0, told.rows.length)).toEqual(told.rows);
    expect(present.state).not.toBe('failed');
  };
};

/** What none but a process that still works may have in a workspace. */
const litterIn = async (workspace: string): Promise<string[]> =>
  (await readdir(workspace, { recursive: true })).filter((name) =>
    /\.part$|\.import-|\.bundle-|holder\.json$/.test(name),
  );

type Follow = (next: Pick<Lab, 'analysis'>) => Promise<void>;
const isFollow = (value: unknown): value is Follow => typeof value === 'function';
interface State {
  readonly name: string;
  readonly environment?: typeof hangingCompiler;
  /** Answers with what is expected of the next lab, if that is more than of every one. */
  readonly reach: (opened: OpenApp) => Promise<unknown>;
}
const states: readonly State[] = [
  { name: 'idle', reach: () => Promise.resolve() },
  { name: 'providing TensorFlow', environment: hangingCompiler, reach: untilInstalling },
  { name: 'training, its trainer suspended', reach: trainsSuspended },
  { name: 'importing data', reach: imports },
  { name: 'exporting bundles', reach: exports },
  { name: 'analysing a checkpoint', reach: analyses },
];
const slow = { timeout: 300_000 };
test.each(states)(
  'main killed alone while $name takes everything with it, and leaves the workspace free',
  slow,
  async (state) => {
    const home = await temporaryHome();
    try {
      const temporary = join(home.folder, 'temporary');
      await mkdir(temporary);
      const environment = (await state.environment?.(join(home.folder, 'tools'))) ?? {};
      const opened = await openApp(home.folder, { TMPDIR: temporary, ...environment });
      await opened.ask('workspace', {}); // the lab has opened it
      const reached = await state.reach(opened);
      const follow = isFollow(reached) ? reached : null;
      const main = opened.app.process().pid ?? 0;
      const tree = processTree(main);
      expect(tree.length).toBeGreaterThan(2);
      killAtOnce([main]);
      await expect.poll(() => tree.filter(isAlive), { timeout: survivorsMs }).toEqual([]);
      const options = follow === null ? labOptions(opened.workspace) : trainingLabOptions(opened.workspace);
      const next = await openLab(options); // throws where the lock is held
      const runs = await next.runs({ experimentId: null });
      await next.pauseQueue({ paused: true });
      await follow?.(next);
      await next.close();
      expect(runs.map((run) => run.state)).not.toContain('running');
      expect(await litterIn(opened.workspace)).toEqual([]);
      expect((await readdir(temporary)).filter((name) => name.includes('esam'))).toEqual([]); // Chromium has its own
    } finally {
      await home.dispose();
    }
  },
);

const killLab = async ({ app, page }: OpenApp): Promise<number> => {
  const [lab = 0, ...others] = processTree(app.process().pid ?? 0).filter(isLab);
  expect(others).toEqual([]);
  const tree = processTree(lab);
  const reloaded = page.waitForEvent('domcontentloaded');
  killAtOnce([lab]);
  await reloaded;
  await expect.poll(() => tree.filter(isAlive), { timeout: survivorsMs }).toEqual([]);
  return lab;
};

test(
  'the lab killed alone while it analyses goes on in a new one; while it imports and exports, nothing of that stays',
  slow,
  async () => {
    const home = await temporaryHome();
    const opened = await openApp(home.folder);
    try {
      await answerQuestions(opened.app, 'OK'); // what became of the lab is told in a dialog
      const follow = await analyses(opened);
      const trainers = await trainerPids(opened);
      const first = await killLab(opened);
      await follow({ analysis: (input) => opened.ask('analysis', input) });
      expect(trainers.filter(isAlive)).toEqual([]);
      const ids = (await opened.ask('analyses', {})).map(({ id }) => id);
      await opened.ask('cancelAnalyses', { ids });

      exportRun(opened, 1);
      await standsStillImporting(opened);
      expect(await killLab(opened)).not.toBe(first);
      // Twice within a minute it is not started again, and the window says so. It is where all this took longer.
      const isAgain = await opened.ask('runs', { experimentId: null }).then(
        () => true,
        () => false,
      );
      if (isAgain) await killLab(opened);
      await expect(opened.ask('runs', { experimentId: null })).rejects.toThrow(/The lab process has ended/);
      const next = await openLab(labOptions(opened.workspace)); // throws where the lock is held
      expect((await next.runs({ experimentId: null })).map(({ state }) => state)).toEqual(['finished']);
      expect((await next.datasets({})).map(({ id }) => id)).toEqual(['mnist']);
      await next.close();
      expect(await litterIn(opened.workspace)).toEqual([]);
    } finally {
      await opened.quit();
      await home.dispose();
    }
  },
);
