import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { RunSummary } from '../../shared/run.ts';
import { labVersionOf } from '../../src-main/cli/locations.ts';
import type { Lab, LabOptions } from '../../src-main/lab/lab.ts';
import { askNeighbour } from '../../src-main/lab/neighbour.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { killAtOnce } from '../app/processes.ts';
import { helpersOf, holdTrainers } from '../processes/states.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace, trainedWorkspace } from './smallWorkspace.ts';
import { cli, locations, newWorkspace, startCli, untilSaid } from './spawnCli.ts';

const slow = { timeout: 600_000 }; // each command is a process of its own, on a busy machine
const polled = { timeout: 300_000 };

/** A file with one run. */
const runFile = async (workspace: string, epochs: number, seed: number): Promise<string> => {
  const file = join(workspace, `${epochs}-${seed}.json`);
  await writeFile(file, JSON.stringify({ ...smallRun('small', epochs), seed }));
  return file;
};

/** A lab as the app has one, in this process. */
const appOn = async (workspaceFolder: string, changes: Partial<LabOptions> = {}): Promise<Lab> => {
  const lab = await openLab({
    ...locations,
    workspaceFolder,
    launcher: nodeTrainers(locations.trainerEntry),
    labVersion: labVersionOf(locations),
    electronVersion: null,
    notices: [],
    installRuntimeOnStart: false,
    ...changes,
  });
  onTestFinished(() => lab.close());
  return lab;
};

/** Asks whoever has the workspace open. */
const asked = async <T>(workspace: string, question: (lab: Lab) => Promise<T>): Promise<T> => {
  const neighbour = await askNeighbour(workspace, labVersionOf(locations));
  if (neighbour === null) throw new Error('Nobody has the workspace open.');
  const answer = await question(neighbour.lab);
  await neighbour.lab.close();
  return answer;
};

const statesIn = async (workspace: string): Promise<string[]> =>
  (JSON.parse((await cli(workspace, ['runs', '--json'])).stdout) as RunSummary[])
    .toSorted((a, b) => a.id - b.id)
    .map(({ state }) => state);

test('the app, open meanwhile, is asked for its queue, a backup and a self-test', slow, async () => {
  const workspace = await smallWorkspace();
  const app = await appOn(workspace);
  await app.pauseQueue({ paused: true });
  const waiting = startCli(workspace, ['run', await runFile(workspace, 1, 1)]);
  await expect.poll(async () => (await app.queue({})).waiting.length, polled).toBe(1);

  const { backup } = JSON.parse((await cli(workspace, ['backup', '--json'])).stdout) as { backup: string };
  expect((await cli(workspace, ['backup', '--list'])).stdout).toContain(backup);
  const tested = await cli(workspace, ['device', '--test', '--engine', 'wasm', '--steps', '1', '--json']);
  expect(tested).toMatchObject({ code: 0, stderr: expect.stringContaining('wasm, float32: ') as string });
  expect((await app.deviceStatus({})).selfTests).toMatchObject([{ engine: 'wasm', steps: 1 }]);

  const worked = await cli(workspace, ['queue', '--run', '--json']);
  expect(worked).toMatchObject({ code: 0, stderr: expect.stringContaining('epoch 1 of 1') as string });
  expect(JSON.parse(worked.stdout)).toMatchObject({ runs: [{ id: 1, state: 'finished' }] });
  expect((await waiting.ended).code).toBe(0);
  expect((await cli(workspace, ['queue', '--resume'])).stderr).toContain('No run was interrupted.');
});

test('single runs that wait are started, here or by the app that is open; the others stay', slow, async () => {
  const workspace = await smallWorkspace();
  const app = await appOn(workspace);
  await app.pauseQueue({ paused: true });
  const { optimizer, seed: _, ...shared } = smallRun('small', 1);
  const file = join(workspace, 'three.json');
  await writeFile(file, JSON.stringify({ shared, arms: [optimizer], seeds: [1, 2, 3], measureSpeed: false }));
  const asking = startCli(workspace, ['run', file]);
  await expect.poll(async () => (await app.queue({})).waiting.length, polled).toBe(3);
  asking.child.kill('SIGKILL');
  await asking.ended;
  await app.close();

  const started = await cli(workspace, ['queue', '--start', '2', '--json']);
  expect(started.code).toBe(0);
  expect(JSON.parse(started.stdout)).toMatchObject({ runs: [{ id: 2, state: 'finished' }] });
  expect(await statesIn(workspace)).toEqual(['queued', 'finished', 'queued']);

  const again = await appOn(workspace, { awaitsStart: true });
  const there = await cli(workspace, ['queue', '--start', '3', '--json']);
  expect(JSON.parse(there.stdout)).toMatchObject({ runs: [{ id: 3, state: 'finished' }] });
  expect(await again.queue({})).toMatchObject({ awaitingStart: [1], running: [], waiting: [{ id: 1 }] });
  expect(await cli(workspace, ['queue', '--start', '3'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Run 3 is finished; only runs that wait can be started.') as string,
  });
});

test('another terminal works off what waited before; Ctrl-C there only ends the watching', slow, async () => {
  const workspace = await smallWorkspace();
  const killed = startCli(workspace, ['run', await runFile(workspace, 100_000, 1)]);
  await untilSaid(killed.child, 'epoch 2 of');
  const cutOff = startCli(workspace, ['run', await runFile(workspace, 1, 2)]);
  await expect.poll(() => asked(workspace, async (lab) => (await lab.queue({})).waiting.length), polled).toBe(1);
  killed.child.kill('SIGKILL');
  expect((await cutOff.ended).code).toBe(4);

  const host = startCli(workspace, ['run', await runFile(workspace, 100_000, 3)]);
  await untilSaid(host.child, 'epoch 2 of');
  const letGo = holdTrainers(host.child.pid ?? 0);
  const busy = await cli(workspace, ['device', '--test', '--engine', 'wasm']);
  expect(busy).toMatchObject({ code: 1, stderr: expect.stringContaining('Run 3 is training') as string });
  letGo(); // who watches is told of its epochs
  const watching = startCli(workspace, ['queue', '--run']);
  await untilSaid(watching.child, 'Run 1 of 2'); // its own first, then the one that was left
  watching.child.kill('SIGINT');
  expect(await watching.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('only watched') as string });
  expect(await statesIn(workspace)).toEqual(['interrupted', 'queued', 'running']);

  await asked(workspace, (lab) => lab.stopRun({ runId: 3, when: 'now' }));
  expect((await host.ended).code).toBe(1); // its own run was stopped; it stayed for the other one
  expect(await statesIn(workspace)).toEqual(['interrupted', 'finished', 'stopped']);
});

test('queue lists the analyses that wait or are under way, and says how they are taken out', slow, async () => {
  const workspace = await trainedWorkspace();
  expect((await cli(workspace, ['queue'])).stdout).toBe('The queue is empty.\n');
  const large = ['--set', 'points=201', '--set', 'pairs=100', '--set', 'examples=4'];
  const killed = startCli(workspace, ['analyse', '1', '--kind', 'landscape', ...large]);
  await untilSaid(killed.child, 'row 2 of');
  killed.child.kill('SIGKILL');
  await killed.ended;
  const waiting = await cli(workspace, ['queue']);
  expect(waiting.stdout).toMatch(/^analysis +run +.*\n1 +1 +1 +Loss landscape +Points 201, .* queued +\d+\/20100\n$/);
  expect(waiting.stderr).toContain('1 analysis waits. To take one out: esam-lab analyse --cancel 1');

  const app = await appOn(workspace); // which goes on with it
  await expect.poll(async () => (await app.analyses({}))[0]?.state, polled).toBe('running');
  await app.cancelAnalyses({ ids: [1] });
  const { optimizer, seed: _, ...shared } = smallRun('small', 100_000);
  await app.enqueue({
    ...{ name: 'long', shared, arms: [optimizer], axes: [], seeds: [1], skipFinished: false, measureSpeed: false },
  });
  await expect.poll(async () => (await app.queue({})).running.length, polled).toBe(1);
  await app.resumeAnalysis({ id: 1 });
  const beside = await cli(workspace, ['queue']);
  expect(beside.stdout).toMatch(
    /^Experiment .*\nlong +2 .* running .*\n\nanalysis +run .*\n1 +1 +1 +Loss landscape .* queued /,
  );
  expect(beside.stderr).toContain('1 analysis waits while a run trains. ');
  const json = JSON.parse((await cli(workspace, ['queue', '--json'])).stdout) as unknown;
  expect(json).toMatchObject({ running: [{ id: 2 }], waiting: [], analyses: [{ id: 1, state: 'queued' }] });
});

test(
  'compare goes on telling of a run that was cut short and that somebody else has put back into the queue',
  slow,
  async () => {
    const workspace = await smallWorkspace();
    const { optimizer, seed: _, ...shared } = smallRun('small', 100_000);
    const file = join(workspace, 'experiment.json');
    await writeFile(
      file,
      JSON.stringify({ name: 'two', shared, arms: [optimizer], seeds: [1, 2], measureSpeed: false }),
    );
    const compared = startCli(workspace, ['compare', file]);
    await untilSaid(compared.child, 'Run 1 of 2, SGD, seed 1: epoch 2 of');
    killAtOnce(helpersOf(compared.child.pid ?? 0, locations.trainerEntry));
    await untilSaid(compared.child, 'Run 2 of 2, SGD, seed 2: epoch 2 of');
    await asked(workspace, (lab) => lab.resumeRuns({ runIds: [1] }));
    const toldAgain = untilSaid(compared.child, 'Run 1 of 2, SGD, seed 1: epoch ');
    await asked(workspace, (lab) => lab.stopRun({ runId: 2, when: 'now' }));
    await toldAgain;
    await asked(workspace, (lab) => lab.stopRun({ runId: 1, when: 'now' }));
    const { code, stdout, stderr } = await compared.ended;
    expect({ code, table: stdout.includes('SGD') }).toEqual({ code: 1, table: true });
    const ends = stderr.split('\n').filter((line) => /seed 1: (?:interrupted|stopped)/.test(line));
    expect(ends.map((line) => /seed 1: (\w+)/.exec(line)?.[1])).toEqual(['interrupted', 'stopped']);
    expect(stderr).not.toContain('Another command has asked');
  },
);

test(
  'a study is trained by the lab that is open, runs in its turn, and Ctrl-C stops what was begun there',
  slow,
  async () => {
    vi.stubEnv('ESAM_LAB_CACHE', await newWorkspace()); // no TensorFlow, wherever this runs
    vi.stubEnv('ESAM_LAB_TENSORFLOW_BINDING', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const workspace = await smallWorkspace();
    const app = await appOn(workspace);
    const study = ['study', 'run', 'figure-5', '--on', 'small', '--model', 'mlp', '--no-install'];
    // Nothing is known of this machine yet: said by the command, and nothing was begun in the app.
    const unknown = await cli(workspace, study);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Run the self-test first') as string });
    await cli(workspace, ['device', '--test', '--engine', 'wasm', '--steps', '1']);

    const stopped = startCli(workspace, study);
    await untilSaid(stopped.child, 'epoch 1 of');
    stopped.child.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    const goingOn = async () =>
      (await app.runs({ experimentId: null }))
        .map(({ state }) => state)
        .filter((state) => !['stopped', 'cancelled', 'finished'].includes(state));
    await expect.poll(goingOn, polled).toEqual([]);

    // What was stopped is trained.
    const { code, stdout, stderr } = await cli(workspace, [...study, '--json']);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('which does this') as string });
    const finished = (await app.runs({ experimentId: null })).filter(({ state }) => state === 'finished');
    expect(finished.map(({ config }) => config.seed).toSorted()).toEqual([0, 1, 2]);
    expect(JSON.parse(stdout)).toMatchObject({ form: 'small', cells: [{ n: 3, seedsDone: 3 }] });
    expect((await app.queue({})).waiting).toEqual([]);
  },
);
