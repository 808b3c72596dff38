import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { assignmentSchema, jobFolderNames, spoolOf, taskFolderOf } from '../../../src-main/lab/cluster/jobFolder.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import { allRecords } from '../../../src-main/lab/cluster/spool.ts';
import { tensorflowBinding } from '../../trainer/tensorflow.ts';
import { sgd, tinyRun, writeTinyDataset } from '../../trainer/tinyDataset.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

const run = promisify(execFile);
const entry = join(import.meta.dirname, '../../../src-main/lab/cluster/nodeProcess.ts');

/** The threads in which the engine of a run computes that asks for all, in a task whose environment says this. */
const threadsOfTask = async (variables: Record<string, string>): Promise<unknown> => {
  const datasetFolder = temporaryFolder();
  const dataset = writeTinyDataset(datasetFolder);
  writeFileSync(join(datasetFolder, 'dataset.json'), JSON.stringify(dataset));
  const submission = newSubmission(temporaryFolder());
  const folder = taskFolderOf(submission, 0);
  for (const needed of [folder, join(submission, jobFolderNames.begun)]) mkdirSync(needed, { recursive: true });
  const config = tinyRun({ optimizer: sgd, epochs: 1 });
  const assignment = assignmentSchema.parse({
    ...{ runId: 1, config: { ...config, device: { ...config.device, threads: 0 } }, dataset, datasetFolder },
    ...{ bindingPath: await tensorflowBinding(), labVersion: '0.0.0-test', checkpointEveryMs: 60_000, given: [] },
  });
  writeFileSync(join(folder, jobFolderNames.assignment), JSON.stringify(assignment));
  await run(process.execPath, [entry, folder], { env: { ...process.env, ...variables } });
  return allRecords(spoolOf(folder, 1)).flatMap((record) =>
    record.kind === 'event' && record.event.type === 'started' ? [record.event.environment.threads] : [],
  );
};

test('a task of a cluster computes in as many threads as it has cores, or else as it may use where it runs', async () => {
  const cores = availableParallelism() + 1; // told from what this machine would say
  expect(await threadsOfTask({ SLURM_CPUS_PER_TASK: String(cores) })).toEqual([cores]);
  expect(await threadsOfTask({ TF_NUM_INTRAOP_THREADS: '' })).toEqual([availableParallelism()]);
});
