import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../shared/run.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import type { Store } from '../../src-main/lab/store/index.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli, newWorkspace, startCli, untilSaid } from './spawnCli.ts';

const slow = { timeout: 300_000 }; // two cores may be busy with other tests

/** A workspace with the data set "small" and a configuration file that trains on it. */
const workspaceToRun = async (epochs: number): Promise<{ workspace: string; config: string }> => {
  const workspace = await smallWorkspace();
  const config = join(workspace, 'first.json');
  await writeFile(config, JSON.stringify(smallRun('small', epochs)));
  return { workspace, config };
};

const withStore = async <T>(workspace: string, use: (store: Store) => T): Promise<T> => {
  const store = await openStore(workspace, join(import.meta.dirname, '../../src-main/lab/store/migrations'));
  try {
    return use(store);
  } finally {
    store.close();
  }
};

test('run trains, keeps its run, and export writes it in every format', slow, async () => {
  const { workspace, config } = await workspaceToRun(2);
  const { code, stdout, stderr } = await cli(workspace, ['run', config, '--json']);
  expect(stderr).toContain('Run 1 of 1, SGD, seed 0: epoch 2 of 2, test accuracy');
  expect(code).toBe(0);
  const finished = JSON.parse(stdout) as RunSummary;
  expect(finished).toMatchObject({ id: 1, state: 'finished', epochsDone: 2, experimentName: 'first' });
  expect(finished.peakStepBytes).toBeGreaterThan(0);
  for (const format of ['csv', 'markdown', 'latex', 'json']) {
    const output = join(workspace, `results.${format}`);
    expect(await cli(workspace, ['export', '--format', format, '--output', output])).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await readFile(output, 'utf8')).toContain('SGD');
  }
  expect(JSON.parse(await readFile(join(workspace, 'results.json'), 'utf8'))).toMatchObject({
    table: { rows: [{ peakStepBytes: finished.peakStepBytes }] },
  });
  expect((await cli(workspace, ['export', '--format', 'csv'])).stdout.trimEnd()).toBe(
    (await readFile(join(workspace, 'results.csv'), 'utf8')).trimEnd(),
  );
  const nowhere = await cli(workspace, ['export', '--format', 'csv', '--output', join(workspace, 'no', 'results.csv')]);
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect((await readdir(workspace)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('where TensorFlow cannot be had, run trains on the WebAssembly engine and says so', slow, async () => {
  const { workspace, config } = await workspaceToRun(1);
  const run = smallRun('small', 1);
  await writeFile(config, JSON.stringify({ ...run, device: { ...run.device, engine: 'tensorflow', threads: 2 } }));
  // No TensorFlow of this user's, and pip may not ask for one.
  const without = { ESAM_LAB_CACHE: await newWorkspace(), ESAM_LAB_TENSORFLOW_BINDING: '', PIP_NO_INDEX: '1' };
  const { code, stdout, stderr } = await cli(workspace, ['run', config, '--json'], without);
  expect(stderr).toMatch(/TensorFlow cannot be had: .*\n.*WebAssembly engine instead/);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'finished', config: { device: { engine: 'wasm' } } });
});

test.for<[signal: NodeJS.Signals, code: number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s stops the run cleanly: its epochs and the reason are kept', slow, async ([signal, code]) => {
  const { workspace, config } = await workspaceToRun(100_000);
  const { child, ended } = startCli(workspace, ['run', config]);
  await untilSaid(child, 'epoch ');
  child.kill(signal);
  expect((await ended).code).toBe(code);
  const [run] = await withStore(workspace, ({ read }) => read.runs.ofExperiment(1));
  expect(run).toMatchObject({ state: 'stopped', reason: expect.stringContaining('Stopped on request') as string });
  expect(run?.epochsDone).toBeGreaterThan(0);
});

/** Waits until it has gone on telling of epochs. */
const untilFurther = async (child: ReturnType<typeof startCli>['child']): Promise<void> => {
  for (let times = 1; times <= 3; times++) await untilSaid(child, 'test accuracy');
};

test(
  'a closed terminal does not reach a run without one; SIGUSR1 keeps a checkpoint and opens no debugger',
  slow,
  async () => {
    const { workspace, config } = await workspaceToRun(100_000);
    const { child, ended } = startCli(workspace, ['run', config, '--json']);
    await untilSaid(child, 'epoch 2 ');
    child.kill('SIGHUP');
    await untilSaid(child, 'training goes on');
    child.kill('SIGUSR1');
    await untilSaid(child, 'Keeping a checkpoint.');
    const kept = async (): Promise<string[]> => readdir(join(workspace, 'checkpoints', '1')).catch(() => []);
    await expect.poll(kept, { timeout: 120_000 }).toContainEqual(expect.stringMatching(/\.ckpt$/));
    await untilFurther(child);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(JSON.parse(stdout)).toMatchObject({ state: 'stopped' });
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/[Dd]ebugger/);
  },
);

test('a trainer leaves the signals of a cluster to its lab, which keeps a checkpoint when told to', slow, async () => {
  const { workspace, config } = await workspaceToRun(100_000);
  const { child, ended } = startCli(workspace, ['run', config, '--json']);
  await untilSaid(child, 'epoch 2 ');
  const tasks = await readFile(`/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`, 'utf8').catch(() => '');
  const trainers = tasks.trim().split(' ').filter(Boolean).map(Number);
  for (const signal of ['SIGUSR1', 'SIGTERM', 'SIGHUP'] as const) trainers.forEach((pid) => process.kill(pid, signal));
  await untilFurther(child);
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect(JSON.parse(stdout)).toMatchObject({
    state: 'stopped',
    reason: expect.stringContaining('on request') as string,
  });
  expect(code).toBe(130);
  if (process.platform === 'linux') expect(trainers.length).toBeGreaterThan(0);
});

test('a reader of the progress that goes away ends no run', slow, async () => {
  const { workspace, config } = await workspaceToRun(20);
  const { child, ended } = startCli(workspace, ['run', config, '--json']);
  ended.catch(() => undefined); // its reader is cut off
  child.stderr.once('data', () => child.stderr.destroy());
  await new Promise((resolve) => child.once('close', resolve));
  const [run] = await withStore(workspace, ({ read }) => read.runs.ofExperiment(1));
  expect(run).toMatchObject({ state: 'finished', epochsDone: 20 });
  expect(child.exitCode).toBe(0);
});

test('Ctrl-C keeps a checkpoint, from which run --resume goes on to the end', slow, async () => {
  const { workspace, config } = await workspaceToRun(100);
  const { child, ended } = startCli(workspace, ['run', config]);
  await untilSaid(child, 'epoch 3 ');
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('A checkpoint of run 1 is kept; go on with: esam-lab run --resume 1') as string,
  });
  const left = await cli(workspace, ['queue', '--resume']);
  expect(left).toMatchObject({ code: 0, stdout: 'The queue is empty.\n' });
  expect(left.stderr).toContain('Left as they were stopped: run 1. To go on with one: esam-lab run --resume 1');
  const resumed = await cli(workspace, ['run', '--resume', '1', '--json']);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ id: 1, state: 'finished', epochsDone: 100 });
  expect(resumed.stderr).not.toContain('epoch 3 of 100');
  expect((await cli(workspace, ['run', '--resume', '1'])).code).toBe(1); // it has finished
  expect((await cli(workspace, ['run', '--resume', '1', config])).code).toBe(2);
  expect((await cli(workspace, ['run'])).code).toBe(2);
});

test('a run that goes on elsewhere says so before it does, and keeps where it was', slow, async () => {
  const { workspace, config } = await workspaceToRun(150);
  const device = { ...smallRun('small').device, engine: 'tensorflow', threads: 2 };
  await writeFile(config, JSON.stringify({ ...smallRun('small', 150), device }));
  const { child, ended } = startCli(workspace, ['run', config], { TF_ENABLE_ONEDNN_OPTS: '1' });
  await untilSaid(child, 'epoch 3 ');
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  const went = await cli(workspace, ['run', '--resume', '1', '--json'], { TF_ENABLE_ONEDNN_OPTS: '0' });
  expect(JSON.parse(went.stdout)).toMatchObject({ state: 'finished', epochsDone: 150 });
  const warning = 'It does not go on bit for bit as it began, because it goes on elsewhere: oneDNN on, now off.';
  expect(went.stderr).toContain(`Run 1: ${warning}`);
  expect(went.stderr.indexOf(warning)).toBeLessThan(went.stderr.indexOf('epoch 150 of 150'));
  await withStore(workspace, ({ read }) => {
    const { trainedIn = [], epochs = [] } = read.detail(1) ?? {};
    expect(trainedIn.map(({ environment }) => environment.oneDnn)).toEqual([true, false]);
    expect(trainedIn[0]).toMatchObject({ epoch: 0, step: 0 });
    expect(trainedIn[1]?.epoch).toBeGreaterThanOrEqual(2);
    expect(epochs).toHaveLength(150);
    const { lines } = read.logPage(1, { toward: 'earlier', from: null, search: warning });
    expect(lines).toMatchObject([{ level: 'warning', text: warning }]);
  });
  const { stdout } = await cli(workspace, ['export', '--format', 'csv']);
  expect(stdout).toContain('environments of one run 2');
});

test('queue --resume trains what was interrupted', slow, async () => {
  const { workspace, config } = await workspaceToRun(100);
  const { child, ended } = startCli(workspace, ['run', config]);
  await untilSaid(child, 'epoch 3 ');
  child.kill('SIGKILL');
  await ended;
  const { code, stdout, stderr } = await cli(workspace, ['queue', '--resume', '--json']);
  expect(stderr).toContain('"Resume" goes on after');
  expect(stderr).toContain('Back in the queue: run 1.');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ id: 1, state: 'finished', epochsDone: 100 }] });
});

test(
  'what was interrupted and whose data set is gone is not put back into the queue, which is said at once',
  slow,
  async () => {
    const { workspace, config } = await workspaceToRun(100);
    const { child, ended } = startCli(workspace, ['run', config]);
    await untilSaid(child, 'epoch 2 ');
    child.kill('SIGKILL');
    await ended;
    const labels = join(workspace, 'datasets/small/train-labels.u8');
    await rename(labels, `${labels}.away`);
    const all = await cli(workspace, ['queue', '--resume']);
    expect(all).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Run 1 cannot go on: .*labels\.u8 is missing/) as string,
    });
    expect(await cli(workspace, ['run', '--resume', '1'])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/labels\.u8 is missing/) as string,
    });
    await withStore(workspace, ({ read }) => expect(read.runs.one(1)?.state).toBe('interrupted'));
  },
);

test('queue lists what waits, run leaves it alone, and queue --run trains it', slow, async () => {
  const { workspace, config } = await workspaceToRun(1);
  const { optimizer, seed, ...shared } = smallRun('small', 1);
  const experiment = {
    name: 'waiting',
    shared,
    arms: [optimizer],
    axes: [],
    seeds: [seed],
    skipFinished: false,
    measureSpeed: false,
  };
  await withStore(workspace, ({ write }) => write.addExperiment(experiment, [{ ...shared, optimizer, seed }]));
  expect((await cli(workspace, ['run', config])).code).toBe(0);
  expect((await cli(workspace, ['queue'])).stdout).toMatch(/waiting +1 +SGD +0 +0\/1 +queued/);
  const worked = await cli(workspace, ['queue', '--run', '--json']);
  expect(worked.code).toBe(0);
  expect(JSON.parse(worked.stdout)).toMatchObject({ runs: [{ id: 1, state: 'finished' }] });
  expect((await cli(workspace, ['queue'])).stdout).toBe('The queue is empty.\n');
});

test('compare trains a preset on TensorFlow; the last line is the table', slow, async () => {
  const args = [
    'compare',
    '--preset',
    'quick',
    '--epochs',
    '1',
    '--seeds',
    '3',
    '--json',
    '--no-install',
    '--no-speed',
  ];
  const { code, stdout, stderr } = await cli(await newWorkspace(), args);
  expect(stderr).toContain('Run 3 of 3, ESAM, seed 3: finished');
  expect(code).toBe(0);
  const table: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const group = (method: string, speedRatio: unknown) => ({
    ...{ method, n: 1, speed_ratio: speedRatio },
    ...{ best_test_accuracy_mean: expect.any(Number) as number, best_test_accuracy_sd: null },
    ...{ last_test_accuracy_mean: expect.any(Number) as number, last_test_accuracy_sd: null },
    images_per_second_median: expect.any(Number) as number,
  });
  expect(table).toMatchObject({
    groups: [group('sgd', expect.any(Number)), group('sam', 1), group('esam', expect.any(Number))],
  });
});
