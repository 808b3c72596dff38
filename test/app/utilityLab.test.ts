import { afterEach, beforeEach, expect, test } from 'vitest';
import { join } from 'node:path';
import type { Experiment } from '../../shared/experiment.ts';
import { findElectron } from '../../src-main/runtimes/electron/index.ts';
import { openApp, temporaryHome } from './app.ts';
import type { OpenApp } from './app.ts';
import { sgdOnly, stateOf, waitForEpochs } from './experiments.ts';
import { appWithUtilityLab } from './olderNode/utilityLab.ts';
import { isAlive, killAtOnce, processTree, trainerPids, utilityLabPids } from './processes.ts';

let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.dispose());

/** One run, whose epochs take little time. */
const fewImages = async (opened: OpenApp, epochs: number): Promise<Experiment> => {
  const experiment = await sgdOnly(opened, epochs);
  const dataset = { ...experiment.shared.dataset, trainSubset: 640, testSubset: 200 };
  return { ...experiment, shared: { ...experiment.shared, dataset }, seeds: [0] };
};

/** Without another Node the lab is a utility process, to which main hands the window's own port. */
const asUtility = { ESAM_LAB_NODE: '' };

test('in the form that users get, the lab trains as a utility process; kill -9 of it loses nothing that was told', async () => {
  const opened = await openApp(home.folder, asUtility, await appWithUtilityLab(join(home.folder, 'app')));
  try {
    expect((await opened.ask('workspace', {})).folder).toBe(opened.workspace);
    const [lab = 0, ...others] = await utilityLabPids(opened);
    expect(others).toEqual([]);
    const short = await fewImages(opened, 1);
    const [first = 0] = (await opened.ask('enqueue', short)).runIds;
    await expect.poll(() => stateOf(opened, first), { timeout: 120_000 }).toBe('finished');
    const { run, epochs } = await opened.ask('run', { runId: first });
    expect([run.place, epochs.map(({ epoch }) => epoch)]).toEqual(['this-machine', [1]]);
    expect(await opened.ask('backUp', {})).toMatchObject({ name: expect.stringMatching(/^lab-.*\.db$/) as string }); // in a thread

    const [second = 0] = (await opened.ask('enqueue', await fewImages(opened, 500))).runIds;
    await waitForEpochs(opened, second, 2);
    const told = (await opened.ask('run', { runId: second })).epochs;
    const trainers = await trainerPids(opened);
    expect(trainers).toHaveLength(1);
    await opened.app.evaluate(({ dialog }) => {
      dialog.showMessageBox = (...parameters: unknown[]) => {
        Object.assign(globalThis, { said: JSON.stringify(parameters.at(-1)) });
        return Promise.resolve({ response: 0, checkboxChecked: false });
      };
    });
    const reloaded = opened.page.waitForEvent('domcontentloaded');
    killAtOnce([lab]);
    await reloaded;

    // Another one is there, on the page's new port, and what was told is in it; nobody keeps what that trainer computes.
    const { run: cut, epochs: kept } = await opened.ask('run', { runId: second });
    expect(cut.state).toBe('interrupted');
    expect(kept.slice(0, told.length)).toEqual(told);
    expect(await opened.app.evaluate(() => (globalThis as unknown as { said: string }).said)).toContain(
      'was started again',
    );
    await expect.poll(async () => (await utilityLabPids(opened)).filter((pid) => pid !== lab).length).toBe(1);
    await expect.poll(() => trainers.filter(isAlive)).toEqual([]);
    await opened.ask('resumeRuns', { runIds: [second] });
    await opened.ask('pauseQueue', { paused: false });
    await waitForEpochs(opened, second, kept.length + 1);
    expect((await opened.ask('run', { runId: second })).epochs.slice(0, told.length)).toEqual(told);
  } finally {
    const processes = processTree(opened.app.process().pid ?? 0);
    await opened.quit();
    await expect.poll(() => processes.filter(isAlive)).toEqual([]);
  }
});

test('where Electron’s own Node is too old for the database and there is no other, the window says so', async ({
  skip,
}) => {
  if (!(await findElectron()).standIn) skip(); // a real Electron's is new enough
  const opened = await openApp(home.folder, asUtility);
  try {
    await expect(opened.ask('workspace', {})).rejects.toThrow(/^RUNTIME_TOO_OLD: .*Node-API/);
  } finally {
    await opened.quit();
  }
});
