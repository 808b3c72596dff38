import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import { canMakeDisks, smallDisk } from '../../smallDisk.ts';
import { smallRun } from '../../cli/smallRun.ts';
import { cli, startCli } from '../../cli/spawnCli.ts';
import { esam, sgd } from '../fixtures/configs.ts';
import { openTestLab, temporaryFolder, untilEnded, untilRun } from '../fixtures/labs.ts';
import { clusterOptions, judged, openWithSmall, smallExperiment } from './clusterLabs.ts';
import { startCluster, whyNoCluster } from './loopbackCluster.ts';
import type { LoopbackCluster } from './loopbackCluster.ts';

const missing = await whyNoCluster();
/** Continuous integration has Slurm, and lets no test be skipped. */
const onCluster = test.skipIf(missing !== null);
let cluster: LoopbackCluster;
if (missing === null) {
  beforeAll(async () => {
    cluster = await startCluster({ mostTasks: 3 });
  });
  afterAll(async () => cluster.stop());
  beforeEach(() => void vi.stubEnv('SLURM_CONF', cluster.confFile));
  afterEach(() => void vi.unstubAllEnvs());
}

onCluster('runs on the cluster are the same runs as here, to the last bit', async () => {
  const { lab } = await openWithSmall();
  const wanted = smallExperiment(3, { arms: [sgd, esam], seeds: [0, 1] });
  const { runIds } = await lab.enqueue({ ...wanted, place: 'slurm' });
  for (const runId of runIds) {
    expect(await untilEnded(lab, runId)).toMatchObject({
      state: 'finished',
      place: 'slurm',
      wantedPlace: 'slurm',
      epochsDone: 3,
    });
  }
  // Arrays as large as this cluster takes them: one of three runs and one of the last.
  const jobs = (await lab.runs({ experimentId: null })).map(({ job }) => job?.jobId ?? '');
  expect(jobs.map((id) => id.split('_')[1])).toEqual(['0', '1', '2', '0']);
  expect(new Set(jobs).size).toBe(4);
  const { runIds: here } = await lab.enqueue(wanted);
  for (const [index, runId] of here.entries()) {
    expect(await untilEnded(lab, runId)).toMatchObject({ state: 'finished', place: 'this-machine', job: null });
    expect(await judged(lab, runIds[index] ?? 0)).toEqual(await judged(lab, runId));
  }
});

onCluster('what waited in a workspace that is opened is not submitted before somebody starts the queue', async () => {
  const { lab, folder } = await openWithSmall();
  await lab.pauseQueue({ paused: true });
  const [left = 0] = (await lab.enqueue({ ...smallExperiment(1, { seeds: [7] }), place: 'slurm' })).runIds;
  await lab.close();
  const database = new Database(join(folder, 'lab.db'));
  database.prepare('UPDATE queue SET paused = 0').run(); // as where its lab was killed before it submitted
  database.close();
  const { lab: later } = await openTestLab(folder, { ...clusterOptions, awaitsStart: true });
  await new Promise((resolve) => setTimeout(resolve, 10 * clusterOptions.clusterTimes.readEveryMs));
  expect(await later.queue({})).toMatchObject({ awaitingStart: [left], waiting: [{ id: left, job: null }] });
  // A run of one's own goes there, and takes none of the others along.
  const [own = 0] = (await later.enqueue({ ...smallExperiment(1, { seeds: [8] }), place: 'slurm' })).runIds;
  expect(await untilEnded(later, own)).toMatchObject({ state: 'finished', place: 'slurm' });
  expect(await later.queue({})).toMatchObject({ paused: true, awaitingStart: [left], waiting: [{ job: null }] });
  await later.pauseQueue({ paused: false });
  expect(await untilEnded(later, left)).toMatchObject({ state: 'finished', place: 'slurm' });
});

/** Epochs enough that most runs are still under way when they are seen to have begun. */
const long = smallExperiment(60);
const ended = 600_000;
const patient = { timeout: ended, interval: 200 };

const spoolOf = (folder: string, attempt: number): string => {
  const file = join(folder, 'attempts', String(attempt).padStart(4, '0'), 'spool.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

/**
 * Sends a run, has its processes stand still once they have told of two epochs, and waits until the lab knows. One that has come far before it
 * was seen, as on a busy machine, is let go, and another sent.
 */
const jobUnderWay = async (lab: Lab) => {
  for (;;) {
    const { runIds } = await lab.enqueue({ ...long, place: 'slurm' });
    const [runId = 0] = runIds;
    const { job } = await untilRun(lab, runId, ({ job }) => typeof job?.jobId === 'string');
    if (typeof job?.jobId !== 'string') throw new Error(`run ${runId} has no job`);
    const { folder, jobId } = job;
    const told = () => spoolOf(folder, 1).split('"epochFinished"').length - 1;
    await vi.waitFor(() => expect(told()).toBeGreaterThanOrEqual(2), { timeout: ended, interval: 20 });
    cluster.signalJob(jobId, 'SIGSTOP');
    if (told() < 40) {
      const run = await untilRun(lab, runId, ({ epochsDone, job }) => epochsDone >= 2 && typeof job?.node === 'string');
      return { runId, folder, jobId, node: run.job?.node ?? '' };
    }
    cluster.signalJob(jobId, 'SIGCONT');
    await untilEnded(lab, runId);
  }
};

onCluster(
  'a time limit, a dead node, a killed job while no lab is open: each run ends as if nothing had been',
  async () => {
    const { lab, folder } = await openWithSmall();
    const [one, two, three] = await Promise.all([jobUnderWay(lab), jobUnderWay(lab), jobUnderWay(lab)]);
    const jobs = [one, two, three];
    // Three on two nodes: the one that is alone loses its node, so that the signal to another is not lost with it.
    const doubled = jobs.find(({ node }) => jobs.filter((job) => job.node === node).length === 1) ?? three;
    const [limited = one, killed = two] = jobs.filter((job) => job !== doubled);
    await lab.close();

    cluster.signalJob(killed.jobId, 'SIGKILL');
    await cluster.ask('scancel', '--signal=USR1', '--batch', limited.jobId); // as before the time limit
    cluster.signalJob(limited.jobId, 'SIGCONT');
    await cluster.killDaemon(doubled.node); // it is taken for dead: its processes will go on beside the second attempt
    for (const { folder: task } of [limited, doubled])
      await vi.waitFor(() => expect(spoolOf(task, 2)).toContain('resumed'), patient);
    cluster.signalJob(doubled.jobId, 'SIGCONT');
    await vi.waitFor(async () => expect(await cluster.ask('squeue', '-h')).toBe(''), patient); // forgotten by Slurm

    const { lab: later } = await openTestLab(folder, clusterOptions);
    expect((await later.workspace({})).startNotices).toEqual([]);
    const lost = await untilEnded(later, killed.runId);
    expect(lost).toMatchObject({ state: 'interrupted', place: 'slurm' });
    expect(lost.reason).toContain('did not come to its end');
    await later.resumeRuns({ runIds: [killed.runId], place: null });
    const [here = 0] = (await later.enqueue(long)).runIds;
    expect(await untilEnded(later, here)).toMatchObject({ state: 'finished', place: 'this-machine' });
    const expected = await judged(later, here);
    for (const { runId } of jobs) {
      const run = await untilEnded(later, runId);
      expect(run).toMatchObject({ state: 'finished', place: runId === killed.runId ? 'this-machine' : 'slurm' });
      expect(await judged(later, runId)).toEqual(expected);
    }
    for (const { runId } of [limited, doubled]) {
      const said = (await later.run({ runId })).log.map(({ text }) => text);
      expect(said.filter((text) => text.includes('for the second time'))).toHaveLength(1);
    }
  },
  ended,
);

/** Commands of those names come before Slurm's own in the PATH that this answers. */
const withCommands = (scripts: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${folder}:${process.env['PATH'] ?? ''}`;
};

onCluster(
  'a lab that was killed before it heard the answer of sbatch submits nothing again, also when Slurm has forgotten the jobs',
  async () => {
    const { lab, folder } = await openWithSmall();
    await lab.close();
    const file = join(temporaryFolder(), 'run.json');
    writeFileSync(file, JSON.stringify(smallRun('small', 2)));
    const submitted = join(temporaryFolder(), 'submitted');
    // Slurm takes it, and the lab never hears of it.
    const sbatch = `PATH='${process.env['PATH'] ?? ''}' sbatch "$@" >${submitted}
      while kill -0 $PPID; do sleep 0.2; done`;
    const PATH = withCommands({ sbatch });
    const { child, ended: over } = startCli(folder, ['run', file, '--place', 'slurm'], { PATH });
    await vi.waitFor(() => expect(readFileSync(submitted, 'utf8')).toMatch(/^\d+/), patient);
    child.kill('SIGKILL');
    await over;
    await vi.waitFor(async () => expect(await cluster.ask('squeue', '-h')).toBe(''), patient);

    vi.stubEnv('PATH', withCommands({ squeue: 'exit 0' })); // as after MinJobAge
    const { lab: later } = await openTestLab(folder, clusterOptions);
    const [run] = await later.runs({ experimentId: null });
    expect(await untilEnded(later, run?.id ?? 0)).toMatchObject({ state: 'finished', place: 'slurm', epochsDone: 2 });
    expect(readdirSync(join(folder, 'cluster'))).toHaveLength(1);
    expect((await later.queue({})).waiting).toEqual([]);
  },
  ended,
);

onCluster(
  'what waits in the cluster says why, and is cancelled there; what runs there stops after its epoch',
  async () => {
    const { lab } = await openWithSmall();
    const [running = 0] = (await lab.enqueue({ ...smallExperiment(100_000), place: 'slurm' })).runIds;
    await untilRun(lab, running, ({ epochsDone }) => epochsDone >= 1);
    await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=DOWN');
    onTestFinished(async () => {
      await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=UP');
    });
    const [held = 0] = (await lab.enqueue({ ...smallExperiment(1), place: 'slurm' })).runIds;
    const waits = await untilRun(lab, held, ({ job }) => job?.reason === 'PartitionDown');
    expect(waits).toMatchObject({ state: 'queued', job: { state: 'PENDING', node: null } });

    // What waits is submitted anew, and what runs keeps a checkpoint and waits to go on.
    const former = waits.job?.jobId;
    await lab.requeueRuns({ runIds: [held, running] });
    const anew = await untilRun(lab, held, ({ job }) => typeof job?.jobId === 'string' && job.state === 'PENDING');
    expect(anew.job?.jobId).not.toBe(former);
    const pending = async () => (await cluster.ask('squeue', '-h', '-r', '-t', 'PD', '-o', '%i')).trim().split('\n');
    await untilRun(lab, running, ({ job }) => job?.state === 'PENDING');
    const there = (await lab.run({ runId: running })).run;
    expect((await pending()).toSorted()).toEqual([anew.job?.jobId, there.job?.jobId].toSorted());
    await lab.cancelRuns({ runIds: [held] });
    await vi.waitFor(async () => expect(await pending()).toEqual([there.job?.jobId]), patient);
    expect((await lab.run({ runId: held })).run.state).toBe('cancelled');
    await expect(lab.requeueRuns({ runIds: [held] })).rejects.toThrow('has no job on a cluster');

    await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=UP');
    await untilRun(lab, running, ({ epochsDone }) => epochsDone > there.epochsDone);
    const said = (await lab.run({ runId: running })).log.map(({ text }) => text);
    expect(said).toContainEqual(
      expect.stringContaining('You sent it back into the cluster’s queue. A checkpoint is kept'),
    );
    expect(said.filter((text) => text.includes('for the second time'))).toHaveLength(1);
    await lab.stopRun({ runId: running, when: 'after-epoch' });
    const stopped = await untilEnded(lab, running);
    expect(stopped).toMatchObject({ state: 'stopped', stopRequested: 'after-epoch' });
    expect((await lab.run({ runId: running })).checkpoints[0]).toMatchObject({
      epoch: stopped.epochsDone,
      epochStep: 0,
    });
  },
  ended,
);

onCluster(
  'the command line ends single runs on the cluster: one that waits there, and one under way',
  async () => {
    const { lab, folder } = await openWithSmall();
    const [running = 0] = (await lab.enqueue({ ...smallExperiment(100_000), place: 'slurm' })).runIds;
    await untilRun(lab, running, ({ epochsDone }) => epochsDone >= 1);
    await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=DOWN');
    onTestFinished(async () => {
      await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=UP');
    });
    const [held = 0, kept = 0, refused = 0] = (
      await lab.enqueue({ ...smallExperiment(1, { seeds: [1, 2, 3] }), place: 'slurm' })
    ).runIds;
    await untilRun(lab, refused, ({ job }) => job?.state === 'PENDING');
    await lab.close();

    const sent = await cli(folder, ['queue', '--requeue', String(held), '--requeue', String(kept)]);
    expect(sent).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Run ${held} was submitted anew`) as string,
    });
    const said = await cli(folder, ['queue', '--cancel', String(held), '--stop', String(running)]);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining(`Run ${held}: cancelled`) as string });
    expect(said.stdout).toContain(`Run ${running} stops now`);
    await cli(folder, ['places', 'set', 'slurm', 'partition=nowhere']);
    const waits = await cli(folder, ['queue', '--requeue', String(refused)]);
    expect(waits.stdout).toMatch(/waits in the lab’s queue, to be submitted anew: Slurm does not take .*partition/i);
    const pending = () => cluster.ask('squeue', '-h', '-r', '-t', 'PD', '-o', '%K');
    await vi.waitFor(async () => expect(await pending()).toBe('1\n'), patient); // the other task of that array
    const { lab: later } = await openTestLab(folder, clusterOptions);
    expect(await untilEnded(later, running)).toMatchObject({ state: 'stopped', place: 'slurm' });
    await later.cancelRuns({ runIds: [kept, refused] });
    await vi.waitFor(async () => expect(await pending()).toBe(''), patient);
  },
  ended,
);

onCluster(
  'the place says what it finds, and why it takes no jobs; with its settings right, what waited goes there',
  async () => {
    const { lab } = await openWithSmall();
    expect(await lab.testPlace({ id: 'slurm' })).toMatchObject({
      works: true,
      said: expect.stringContaining(`Node ${process.versions.node}`) as string,
    });
    const [place] = await lab.places({});
    if (place === undefined) throw new Error('there is no place');
    expect(place).toMatchObject({ id: 'slurm', problem: null, version: expect.stringContaining('slurm') as string });
    lab.setPlace('slurm', { ...place.settings, partition: 'nowhere' });
    const { runIds } = await lab.enqueue({ ...smallExperiment(1, { seeds: [0, 1] }), place: 'slurm' });
    await vi.waitFor(async () => expect((await lab.queue({})).placeProblem).toMatch(/partition.*nowhere/i), patient);
    // One after the other, by Slurm itself.
    lab.setPlace('slurm', { ...place.settings, cores: 1, timeLimit: '10', atOnce: 1 });
    for (const runId of runIds) expect(await untilEnded(lab, runId)).toMatchObject({ state: 'finished' });
    expect((await lab.queue({})).placeProblem).toBeUndefined();
  },
  ended,
);

test.skipIf(missing !== null || !canMakeDisks())(
  'a full disk, another job that needs the node, a job that dies before its first line: said, and nothing is lost',
  async () => {
    const disk = smallDisk(20_000_000);
    const { lab, folder } = await openWithSmall();
    const settings = slurmSettingsSchema.parse({ folder: disk.folder });
    lab.setPlace('slurm', settings);
    const [full, moved] = [await jobUnderWay(lab), await jobUnderWay(lab)];
    disk.fill();
    cluster.signalJob(full.jobId, 'SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 3000)); // it meets the full disk meanwhile
    disk.empty();
    await cluster.ask('scontrol', 'requeue', moved.jobId); // as Slurm preempts jobs that may be requeued
    cluster.signalJob(moved.jobId, 'SIGCONT');

    lab.setPlace('slurm', { ...settings, setup: ['echo there is no such module >&2; exit 3'] });
    const [dead = 0] = (await lab.enqueue({ ...smallExperiment(1, { seeds: [5] }), place: 'slurm' })).runIds;
    const failed = await untilEnded(lab, dead);
    expect(failed).toMatchObject({ state: 'failed', epochsDone: 0 });
    expect(failed.reason).toMatch(/before the trainer came up.*there is no such module/);

    // What began here goes on there.
    lab.setPlace('slurm', settings);
    const [begun = 0] = (await lab.enqueue(long)).runIds;
    await untilRun(lab, begun, ({ epochsDone }) => epochsDone >= 1);
    await lab.stopRun({ runId: begun, when: 'after-epoch' });
    expect(await untilEnded(lab, begun)).toMatchObject({ state: 'stopped', place: 'this-machine' });
    await lab.resumeRuns({ runIds: [begun], place: 'slurm' });

    const [here = 0] = (await lab.enqueue(long)).runIds;
    expect(await untilEnded(lab, here)).toMatchObject({ state: 'finished', place: 'this-machine' });
    const expected = await judged(lab, here);
    for (const runId of [full.runId, moved.runId, begun]) {
      expect(await untilEnded(lab, runId)).toMatchObject({ state: 'finished', place: 'slurm', epochsDone: 60 });
      expect(await judged(lab, runId)).toEqual(expected);
    }
    const said = (await lab.run({ runId: moved.runId })).log.map(({ text }) => text);
    expect(said).toContainEqual(expect.stringContaining('The cluster asked its job to end. A checkpoint is kept'));

    // A job that has begun since Slurm was asked last is under way, and stops as one.
    await lab.close();
    const clusterTimes = { readEveryMs: 200, askEveryMs: 120_000 };
    const { lab: later } = await openTestLab(folder, { ...clusterOptions, clusterTimes });
    later.setPlace('slurm', slurmSettingsSchema.parse({})); // the small disk has room for few checkpoints
    const [fresh = 0] = (await later.enqueue({ ...smallExperiment(100_000), place: 'slurm' })).runIds;
    expect(await untilRun(later, fresh, ({ epochsDone }) => epochsDone >= 1)).toMatchObject({
      job: { state: 'RUNNING' },
    });
    await later.stopRun({ runId: fresh, when: 'after-epoch' });
    const stopped = await untilEnded(later, fresh);
    expect(stopped).toMatchObject({ state: 'stopped', reason: expect.not.stringContaining('waited') as string });
    expect((await later.run({ runId: fresh })).checkpoints[0]).toMatchObject({
      epoch: stopped.epochsDone,
      epochStep: 0,
    });
  },
  ended,
);
