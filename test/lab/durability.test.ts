import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expand } from '../../shared/experiment.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { experimentOf, shared } from './fixtures/configs.ts';
import { migrationsFolder } from './fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Runs a process until it has said `count` numbers and a random moment longer, then kills it (SIGKILL); answers the last number. */
const killAfter = (child: ChildProcess, count: number): Promise<number> =>
  new Promise((resolve, reject) => {
    let last = 0;
    let heard = 0;
    child.on('message', (message) => {
      if (typeof message !== 'number') return;
      last = message;
      heard += 1;
      if (heard === count) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    });
    child.on('close', (code) => (code === null ? resolve(last) : reject(new Error(`ended by itself with ${code}`))));
  });

test('twenty-five kill -9 of a committing writer lose no acknowledged epoch and damage nothing', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ shared: { ...shared, epochs: 100_000 } });
  store.write.addExperiment(experiment, expand(experiment));
  store.write.start(1);
  store.close();
  let stored = 0;
  for (let round = 0; round < 25; round++) {
    const args = [folder, migrationsFolder, String(stored + 1)];
    const acknowledged = await killAfter(fork(pathOf('./fixtures/storeWriterProcess.ts'), args, { execArgv: [] }), 3);
    const reopened = await openStore(folder, migrationsFolder); // checks the whole file, too
    const epochs = reopened.read.epochs(1).map(({ epoch }) => epoch);
    reopened.close();
    expect(epochs).toEqual(epochs.map((_, index) => index + 1));
    expect(epochs.length).toBeGreaterThanOrEqual(acknowledged);
    stored = epochs.length;
  }
});

test('after kill -9 of the lab its run is interrupted with a notice, its told epochs are kept, its trainer is gone', async () => {
  const folder = temporaryFolder();
  const child = fork(pathOf('./fixtures/labProcess.ts'), [folder, String(scripts.untilStopped)], { execArgv: [] });
  const told = await killAfter(child, 5);
  const { lab } = await openTestLab(folder);
  const { run, epochs } = await lab.run({ runId: 1 });
  expect(run.state).toBe('interrupted');
  expect(epochs.length).toBeGreaterThanOrEqual(told);
  expect((await lab.workspace({})).startNotices).toEqual([
    `Run 1 (SGD, seed ${scripts.untilStopped}, of "Test") was interrupted. The lab ended unexpectedly while it was running; ` +
      `${epochs.length} of 10,000 epochs are kept. It left no checkpoint; "Resume" begins it again.`,
  ]);
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1] }));
  expect((await untilEnded(lab, runIds[0] ?? 0)).state).toBe('finished');

  // Whoever does not mean to go on says so, and can change their mind.
  await lab.markFailed({ runIds: [1] });
  const marked = (await lab.run({ runId: 1 })).run;
  expect(marked).toMatchObject({ state: 'failed', reason: `Marked as failed by you. Before: ${run.reason ?? ''}` });
  expect([marked.epochsDone, marked.endedAt]).toEqual([run.epochsDone, run.endedAt]);
  for (const runId of [1, runIds[0] ?? 0])
    await expect(lab.markFailed({ runIds: [runId] })).rejects.toMatchObject({ code: 'RUN_STATE' });
  await lab.pauseQueue({ paused: true });
  await lab.resumeRuns({ runIds: [1] });
  expect((await lab.run({ runId: 1 })).run.state).toBe('queued');
});

test('two labs in two processes: the second is refused, the first goes on', async () => {
  const folder = temporaryFolder();
  const child = fork(pathOf('./fixtures/labProcess.ts'), [folder, String(scripts.untilStopped)], { execArgv: [] });
  const killed = killAfter(child, 30);
  await new Promise((resolve) => child.once('message', resolve));
  await expect(openTestLab(folder)).rejects.toMatchObject({ code: 'WORKSPACE_BUSY' });
  expect(await killed).toBeGreaterThanOrEqual(30);
});

// A limit on the size of files stands in for a full disk: the same failing write, and nobody needs to be root for it.
test.skipIf(process.platform === 'win32')('a disk that is full keeps all that was acknowledged', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ shared: { ...shared, epochs: 100_000 } });
  store.write.addExperiment(experiment, expand(experiment));
  store.write.start(1);
  store.close();
  const command = `trap '' XFSZ; ulimit -f 1024; exec "$0" "$@"`;
  const args = [pathOf('./fixtures/storeWriterProcess.ts'), folder, migrationsFolder];
  const child = spawn('sh', ['-c', command, process.execPath, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let acknowledged = 0;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.on('message', (message) => {
    if (typeof message === 'number') acknowledged = message;
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(said).toMatch(/SQLITE_(FULL|IOERR)/);
  expect(acknowledged).toBeGreaterThan(10);
  const reopened = await openStore(folder, migrationsFolder);
  expect(reopened.read.epochs(1).length).toBeGreaterThanOrEqual(acknowledged);
  reopened.close();
});
