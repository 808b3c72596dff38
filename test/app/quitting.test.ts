import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerQuestions, lastQuestion, openApp, temporaryHome } from './app.ts';
import type { OpenApp } from './app.ts';
import { sgdOnly, waitForEpochs } from './experiments.ts';

let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.dispose());

const closeWindow = ({ app }: OpenApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

/** The first blocker of a process has one of these numbers. */
const isKeptAwake = ({ app }: OpenApp): Promise<boolean> =>
  app.evaluate(({ powerSaveBlocker }) => [0, 1, 2].some((id) => powerSaveBlocker.isStarted(id)));

const isVisible = ({ app }: OpenApp): Promise<boolean | undefined> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());

test('quitting while a run trains asks: cancel, background, or stop honestly', async () => {
  const opened = await openApp(home.folder);
  const { runIds } = await opened.ask('enqueue', { ...(await sgdOnly(opened, 200)), seeds: [0] });
  const [runId = 0] = runIds;
  await waitForEpochs(opened, runId, 1);

  await answerQuestions(opened.app, 'Cancel');
  await closeWindow(opened);
  expect(await isVisible(opened)).toBe(true);
  expect(await lastQuestion(opened.app)).toMatch(
    new RegExp(
      `^Run ${String(runId)} is training\\. Until something happens: SGD, seed 0, in epoch \\d+ of 200\\.\\s.*` +
        'the run first keeps a checkpoint of the step it has reached; "Resume" goes on from there',
      's',
    ),
  );

  expect(await isKeptAwake(opened)).toBe(true);
  await opened.page.getByRole('link', { name: 'Queue' }).click();
  await opened.page.getByLabel('Keep the machine awake').click();
  await expect.poll(() => isKeptAwake(opened)).toBe(false);

  await answerQuestions(opened.app, 'Keep training in the background');
  await closeWindow(opened);
  await expect.poll(() => isVisible(opened)).toBe(false);
  const { epochsDone } = (await opened.ask('run', { runId })).run;
  await waitForEpochs(opened, runId, epochsDone + 1);
  await opened.app.evaluate(({ app }) => app.emit('second-instance', null, [], '/'));
  await expect.poll(() => isVisible(opened)).toBe(true);

  await answerQuestions(opened.app, 'Stop training and quit');
  const exited = new Promise((resolve) => opened.app.process().once('exit', resolve));
  await closeWindow(opened).catch(() => undefined); // the app may be gone before it answers
  await exited;

  const again = await openApp(home.folder);
  try {
    const { run } = await again.ask('run', { runId });
    expect(run.state).toBe('interrupted');
    expect(run.reason).toMatch(/was closed/);
    expect(run.epochsDone).toBeGreaterThan(epochsDone);
  } finally {
    await again.quit();
  }
});

test('a signal to quit ends the run honestly without a question', async () => {
  const opened = await openApp(home.folder);
  const { runIds } = await opened.ask('enqueue', { ...(await sgdOnly(opened, 200)), seeds: [0] });
  const [runId = 0] = runIds;
  await waitForEpochs(opened, runId, 1);
  const exited = new Promise((resolve) => opened.app.process().once('exit', resolve));
  opened.app.process().kill('SIGTERM');
  await exited;

  const again = await openApp(home.folder);
  try {
    const { run } = await again.ask('run', { runId });
    expect(run.state).toBe('interrupted');
    expect(run.reason).toMatch(/was closed/);
    expect(run.epochsDone).toBeGreaterThanOrEqual(1);
    // Said when it happened, not found out at the next start.
    expect((await again.ask('workspace', {})).startNotices).toEqual([]);
  } finally {
    await again.quit();
  }
});

test('a question that nobody answers goes with the queue, and the app with it', async () => {
  const opened = await openApp(home.folder);
  await opened.ask('enqueue', { ...(await sgdOnly(opened, 3)), seeds: [0] });
  await expect.poll(async () => (await opened.ask('queue', {})).running.length).toBe(1);
  // As the system's own dialog: it stays until somebody answers, or until the app takes it away.
  await opened.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (...parameters: unknown[]) =>
      new Promise((resolve) => {
        const { signal, cancelId = 0 } = parameters.at(-1) as { signal?: AbortSignal; cancelId?: number };
        signal?.addEventListener('abort', () => resolve({ response: cancelId, checkboxChecked: false }));
      });
  });
  const exited = new Promise((resolve) => opened.app.process().once('exit', resolve));
  await closeWindow(opened);
  await exited;
});

test('training in the background ends with the queue, and the app with it', async () => {
  const opened = await openApp(home.folder);
  const { runIds } = await opened.ask('enqueue', { ...(await sgdOnly(opened, 3)), seeds: [0] });
  const [runId = 0] = runIds;
  await expect.poll(async () => (await opened.ask('queue', {})).running.length).toBe(1);
  await answerQuestions(opened.app, 'Keep training in the background');
  const exited = new Promise((resolve) => opened.app.process().once('exit', resolve));
  await closeWindow(opened);
  await exited;

  const again = await openApp(home.folder);
  try {
    expect((await again.ask('run', { runId })).run).toMatchObject({ state: 'finished', epochsDone: 3 });
  } finally {
    await again.quit();
  }
});
