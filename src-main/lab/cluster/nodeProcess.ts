import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, hostname, platform, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { outputsMayFail } from '../../processes/outputsMayFail.ts';
import { nodeTrainers } from '../trainers.ts';
import { beginAttempt } from './attempt.ts';
import { jobFolderNames, lastAttempt } from './jobFolder.ts';
import { preparedLine, prepareTensorflow } from './prepared.ts';
import { clearSubmissions, removeSubmission } from './submissionFolders.ts';

/**
 * What a job on a cluster runs: trains one task of a submission. Its job asks for SIGUSR1 before the time limit; SIGTERM comes before a
 * preemption and from scancel. Both keep a checkpoint; after the first, and where the user wants that, it puts itself back into the cluster's queue.
 */
const [, , taskFolder = '', argument = ''] = process.argv;
const trainerEntry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../trainer/process.ts' : './trainer.cjs', import.meta.url),
);

/** A task may have fewer cores than its node lets it see: a run that asks for all threads gets one for each of the task's. */
const takeCoresOfTask = (): void => {
  const cores = process.env['SLURM_CPUS_PER_TASK'] ?? process.env['SLURM_CPUS_ON_NODE'] ?? '';
  if (/^[1-9]\d*$/.test(cores)) process.env['TF_NUM_INTRAOP_THREADS'] = cores;
};

const requeue = async (): Promise<void> => {
  const { SLURM_JOB_ID: job = '' } = process.env;
  if (job === '') return;
  await promisify(execFile)('scontrol', ['requeue', job]).catch((error: unknown) => {
    console.error('This job could not put itself back into the queue; the lab will:', error);
  });
};

/** What a person wants to know of the node before anything trains there. */
const probe = (): void => {
  const cores = process.env['SLURM_CPUS_PER_TASK'] ?? process.env['SLURM_CPUS_ON_NODE'] ?? 'not said';
  console.log(`Node ${process.versions.node} on ${hostname()} (${platform()} ${arch()})`);
  console.log(`Cores: ${availableParallelism()} seen, ${cores} given by Slurm`);
  console.log(`Memory: ${Math.round(totalmem() / 2 ** 30)} GiB in the machine`);
  console.log(`The lab and its trainer are seen: ${existsSync(trainerEntry) ? 'yes' : 'no'}`);
};

/** What the lab has done on a host that it reaches by ssh alone. */
const services: Readonly<Record<string, () => void | Promise<void>>> = {
  '--probe': probe,
  '--prepare': async () => console.log(preparedLine(await prepareTensorflow(argument))),
  '--clear': () => clearSubmissions(argument, () => false),
  '--remove': () => removeSubmission(argument),
};

const main = async (): Promise<void> => {
  const service = services[taskFolder];
  if (service !== undefined) return service();
  takeCoresOfTask();
  const running = beginAttempt(taskFolder, {
    launcher: nodeTrainers(trainerEntry),
    // A node that shares its disk with hundreds is slow; nobody waits at a screen for it.
    limits: { silenceMs: 1_800_000, stopMs: 600_000 },
    lookEveryMs: 2000,
    lastWordsMs: 3_600_000,
  });
  if (running === null) {
    console.error('This run has come to its end in a former attempt.');
  } else {
    // Tells the lab, in one folder for all tasks, that there is something to read.
    const begun = join(dirname(dirname(taskFolder)), jobFolderNames.begun);
    writeFileSync(join(begun, `${basename(taskFolder)}.${lastAttempt(taskFolder)}`), '');
    process.on('SIGUSR1', () => running.leave('The time limit of its job is near.', true));
    process.on('SIGTERM', () => running.leave('The cluster asked its job to end.', false));
    process.on('SIGINT', () => undefined);
    const { goesBack } = await running.ended;
    if (goesBack) await requeue();
  }
};

outputsMayFail();
void main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
