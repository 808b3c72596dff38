import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApp, temporaryHome } from './app.ts';
import { sgdOnly, stateOf, waitForEpochs } from './experiments.ts';
import { isAlive, isLab, killAtOnce, processTree, trainerPids } from './processes.ts';

let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.dispose());

test('kill -9 of the trainer ends its run as interrupted, with the reason, and the next run goes on', async () => {
  const opened = await openApp(home.folder);
  try {
    const { runIds } = await opened.ask('enqueue', await sgdOnly(opened, 200));
    const [first = 0, second = 0] = runIds;
    await waitForEpochs(opened, first, 1);
    const trainers = await trainerPids(opened);
    expect(trainers).toHaveLength(1);
    killAtOnce(trainers);

    await expect.poll(() => stateOf(opened, first), { timeout: 20_000 }).toBe('interrupted');
    const { run, epochs } = await opened.ask('run', { runId: first });
    expect(run.reason).toMatch(/trainer/i);
    expect(epochs.length).toBeGreaterThanOrEqual(1);
    await waitForEpochs(opened, second, 1);
    expect(await stateOf(opened, second)).toBe('running');
    await opened.page.getByRole('link', { name: 'Runs' }).click();
    const table = opened.page.getByRole('table', { name: 'Runs by configuration' });
    await table.getByRole('button', { name: 'SGD' }).click();
    await table
      .getByRole('row')
      .filter({ hasText: run.reason ?? 'no reason' })
      .getByText('interrupted')
      .waitFor();
    await opened.ask('stopRun', { runId: second, when: 'now' });
    await expect.poll(() => stateOf(opened, second), { timeout: 20_000 }).toBe('stopped');
  } finally {
    await opened.quit();
  }
});

test('kill -9 of the whole app mid-run loses no epoch, and the next start says what happened', async () => {
  const killed = await openApp(home.folder);
  const { runIds } = await killed.ask('enqueue', await sgdOnly(killed, 200));
  const [first = 0, second = 0] = runIds;
  await waitForEpochs(killed, first, 2);
  const before = (await killed.ask('run', { runId: first })).epochs;
  // The waiting run must not start by itself and hide what the restart shows.
  await killed.ask('pauseQueue', { paused: true });
  const processes = processTree(killed.app.process().pid ?? 0);
  expect(processes.length).toBeGreaterThan(3); // main, lab, trainer, renderer …
  killAtOnce(processes);
  await expect.poll(() => processes.filter(isAlive)).toEqual([]);

  const opened = await openApp(home.folder);
  try {
    const { startNotices } = await opened.ask('workspace', {});
    expect(startNotices.join('\n')).toMatch(new RegExp(`run ${String(first)}\\b.*interrupted`, 'i'));
    await opened.page
      .getByRole('status')
      .getByText(/interrupted/)
      .waitFor();
    const { run, epochs } = await opened.ask('run', { runId: first });
    expect(run.state).toBe('interrupted');
    expect(run.reason).not.toBeNull();
    expect(epochs.slice(0, before.length)).toEqual(before);
    expect(await stateOf(opened, second)).toBe('queued');
  } finally {
    await opened.quit();
  }
});

test('kill -9 of the lab brings a new one, says so, and calls the run interrupted', async () => {
  const opened = await openApp(home.folder);
  try {
    const { runIds } = await opened.ask('enqueue', await sgdOnly(opened, 200));
    const [first = 0] = runIds;
    await waitForEpochs(opened, first, 1);
    await opened.ask('pauseQueue', { paused: true });
    await opened.app.evaluate(({ dialog }) => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      dialog.showMessageBox = (...parameters: unknown[]) => {
        said.push(JSON.stringify(parameters.at(-1)));
        return Promise.resolve({ response: 0, checkboxChecked: false });
      };
    });
    const [trainer] = await trainerPids(opened);
    const lab = processTree(opened.app.process().pid ?? 0).filter(isLab);
    expect(lab).toHaveLength(1);
    const reloaded = opened.page.waitForEvent('domcontentloaded');
    killAtOnce(lab);
    await reloaded;

    const said = await opened.app.evaluate(() => (globalThis as unknown as { said: string[] }).said);
    expect(said.join('\n')).toContain('was started again');
    expect(await stateOf(opened, first)).toBe('interrupted');
    // Nobody keeps what that trainer computes: it is gone too.
    await expect.poll(() => isAlive(trainer ?? 0)).toBe(false);
  } finally {
    await opened.quit();
  }
});

test('a page that crashes comes back by itself, and the run trains on meanwhile', async () => {
  const opened = await openApp(home.folder);
  try {
    const { runIds } = await opened.ask('enqueue', await sgdOnly(opened, 200));
    const [first = 0] = runIds;
    await waitForEpochs(opened, first, 1);
    const [trainer] = await trainerPids(opened);
    const loaded = opened.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<string>((resolve) => {
          const [window] = BrowserWindow.getAllWindows();
          window?.webContents.once('did-finish-load', () => resolve(window.webContents.getURL()));
          window?.webContents.forcefullyCrashRenderer();
        }),
    );
    expect(await loaded).toMatch(/^app:/);
    expect(isAlive(trainer ?? 0)).toBe(true);
    expect(await trainerPids(opened)).toEqual([trainer]);
  } finally {
    await opened.quit();
  }
  // The window's own word is no proof: the next start reads what was stored.
  const again = await openApp(home.folder);
  try {
    const { run, epochs } = await again.ask('run', { runId: 1 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, index) => index + 1));
    expect(run.epochsDone).toBeGreaterThanOrEqual(1);
  } finally {
    await again.quit();
  }
});
