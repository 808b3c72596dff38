import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { datasetInfoSchema } from '../../../shared/dataset.ts';
import { expand } from '../../../shared/experiment.ts';
import { clusterAsking } from '../../../src-main/lab/cluster/askingCluster.ts';
import { FollowedTask } from '../../../src-main/lab/cluster/followedTask.ts';
import { assignmentSchema, jobFolderNames, spoolOf, taskFolderOf } from '../../../src-main/lab/cluster/jobFolder.ts';
import { KnownJobs } from '../../../src-main/lab/cluster/knownJobs.ts';
import { jobReading } from '../../../src-main/lab/cluster/readingJobs.ts';
import { slurmCommands } from '../../../src-main/lab/cluster/slurm.ts';
import { soonOf } from '../../../src-main/lab/cluster/soon.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import { SpoolWriter } from '../../../src-main/lab/cluster/spool.ts';
import { openWorkspace } from '../bundles/stores.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { environmentOf, epochOf } from '../fixtures/metrics.ts';

const dataset = datasetInfoSchema.parse({
  ...{ id: 'mnist', name: 'Quarters', source: 'nowhere', height: 2, width: 2, channels: 1 },
  ...{ classNames: ['a', 'b', 'c', 'd'], trainCount: 1000, testCount: 1000, mean: [0], sd: [1] },
  ...{ sha256: '0'.repeat(64), sizeBytes: 0, classCounts: [250, 250, 250, 250], importedAt: '2026-01-01T00:00:00Z' },
});

/** A run whose job has just been submitted, and what its trainer tells there. */
const submitted = async () => {
  const { store, checkpoints } = await openWorkspace(temporaryFolder());
  onTestFinished(() => store.close());
  const experiment = experimentOf({ seeds: [0] });
  const [config] = expand(experiment);
  const { runIds } = store.write.addExperiment(experiment, expand(experiment));
  const [runId] = runIds;
  if (config === undefined || runId === undefined) throw new Error('The experiment has a run.');
  const submission = newSubmission(temporaryFolder());
  const folder = taskFolderOf(submission, 0);
  const spoolPath = spoolOf(folder, 1);
  mkdirSync(dirname(spoolPath), { recursive: true });
  const assignment = assignmentSchema.parse({
    ...{ runId, config, dataset, datasetFolder: '', bindingPath: null },
    ...{ labVersion: '0.0.0-test', checkpointEveryMs: 0, given: [] },
  });
  writeFileSync(join(folder, jobFolderNames.assignment), JSON.stringify(assignment));
  store.write.jobs.submit('slurm', submission, [runId]);
  const spool = new SpoolWriter(spoolPath);
  onTestFinished(() => spool.close());
  spool.append({ kind: 'began', at: '2026-01-02T03:04:05.000Z', host: 'node1', isResuming: false });
  const tell = (event: Extract<Parameters<typeof spool.append>[0], { kind: 'event' }>['event']): void =>
    spool.append({ kind: 'event', event, nonFinite: [] });
  tell({ type: 'started', environment: environmentOf({ testExamples: 1000 }) });
  return { store, checkpoints, runId, submission, spoolPath, tell };
};

test('a run on a cluster that only guesses is doubted as one here is, also by a lab that was closed meanwhile', async () => {
  const { store, checkpoints, runId, spoolPath, tell } = await submitted();
  /** One in four classes is right a quarter of the time. */
  const guessed = (epoch: number) => epochOf(epoch, { images: 1000, trainAccuracy: 0.25, testAccuracy: 0.26 });
  const learned = (epoch: number) => epochOf(epoch, { images: 1000, trainAccuracy: 0.6, testAccuracy: 0.55 });
  for (const metrics of [learned(1), learned(2), guessed(3)]) tell({ type: 'epochFinished', metrics });

  /** A lab that has just been opened. */
  const follow = async (): Promise<void> => {
    const [job] = store.read.liveJobs();
    if (job === undefined) throw new Error('The job is under way.');
    await new FollowedTask(job, { store, checkpoints, place: 'slurm', onStored: () => undefined }).read();
  };
  await follow();
  expect(store.read.runs.one(runId)?.doubt).toEqual({ kind: 'chance', sinceEpoch: 3 });
  tell({ type: 'epochFinished', metrics: guessed(4) });
  await follow();
  expect(store.read.runs.one(runId)?.doubt).toEqual({ kind: 'chance', sinceEpoch: 3 });

  // A slow disk shows a checkpoint's file late: what was told behind it waits, so that its row means a whole file.
  const checkpoint = { fileName: 'epoch-0004-step-00000040.ckpt', epoch: 4, epochStep: 0, step: 40, sizeBytes: 7 };
  tell({ type: 'checkpointed', checkpoint: { ...checkpoint, sha256: '0'.repeat(64) } });
  tell({ type: 'epochFinished', metrics: guessed(5) });
  await follow();
  expect(store.read.runs.one(runId)?.epochsDone).toBe(4);
  const files = join(dirname(spoolPath), jobFolderNames.checkpoints);
  mkdirSync(files);
  writeFileSync(join(files, checkpoint.fileName), 'half');
  await follow();
  expect(store.read.checkpoints(runId)).toEqual([]);
  writeFileSync(join(files, checkpoint.fileName), 'wholly!');
  await follow();
  expect(store.read.checkpoints(runId)).toMatchObject([checkpoint]);
  expect(store.read.runs.one(runId)?.epochsDone).toBe(5);
});

test('a job that is over is read once more before its run is said to have ended without words', async () => {
  const { store, checkpoints, runId, submission, tell } = await submitted();
  store.write.jobs.named(submission, '7');
  mkdirSync(join(submission, jobFolderNames.begun));
  writeFileSync(join(submission, jobFolderNames.begun, '0.1'), '');
  for (const epoch of [1, 2, 3]) tell({ type: 'epochFinished', metrics: epochOf(epoch) });
  tell({ type: 'done' });
  const nothing = (): never => {
    throw new Error('Nothing is submitted.');
  };
  const parts = {
    ...({
      store,
      checkpoints,
      place: 'slurm',
      commands: slurmCommands(() => Promise.resolve('')),
      askEveryMs: 0,
    } as const),
    ...{ settings: nothing, site: nothing, assign: nothing, soon: soonOf(), waiting: () => [] },
    ...{ onChanged: () => undefined, onQueueChanged: () => undefined, onStored: () => undefined },
  };
  const jobs = new KnownJobs(parts);
  const { ask, settle } = clusterAsking(parts, jobs, jobReading(parts, jobs).read);
  await ask();
  await ask(); // Slurm has forgotten the job, and thousands of others were to be read first
  await settle(() => true);
  expect(store.read.runs.one(runId)).toMatchObject({ state: 'finished', reason: null, epochsDone: 3 });
});
