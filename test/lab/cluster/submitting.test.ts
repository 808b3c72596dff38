import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import { expand } from '../../../shared/experiment.ts';
import { jobFolderNames, taskFolderOf } from '../../../src-main/lab/cluster/jobFolder.ts';
import { CommandFailed } from '../../../src-main/lab/cluster/runCommand.ts';
import type { RunCommand } from '../../../src-main/lab/cluster/runCommand.ts';
import { sharedSite } from '../../../src-main/lab/cluster/sharedSite.ts';
import { slurmCommands } from '../../../src-main/lab/cluster/slurm.ts';
import { soonOf, StillUnderWay } from '../../../src-main/lab/cluster/soon.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import { findLost } from '../../../src-main/lab/cluster/submitting.ts';
import { openWorkspace } from '../bundles/stores.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

/** A run whose lab was killed before it heard what the cluster calls its submission. */
const lostSubmission = async () => {
  const { store, checkpoints } = await openWorkspace(temporaryFolder());
  onTestFinished(() => store.close());
  const experiment = experimentOf({ seeds: [0] });
  const { runIds } = store.write.addExperiment(experiment, expand(experiment));
  const folder = join(temporaryFolder(), 'cluster');
  const submission = newSubmission(folder);
  mkdirSync(taskFolderOf(submission, 0), { recursive: true });
  mkdirSync(join(submission, jobFolderNames.begun));
  for (const file of [join(submission, jobFolderNames.script), join(taskFolderOf(submission, 0), 'assignment.json')])
    writeFileSync(file, '');
  store.write.jobs.submit('slurm', submission, runIds);
  /** @param answers - what each of Slurm's commands prints; the others are not there. */
  const look = (answers: Readonly<Record<string, string>>): Promise<void> => {
    const run: RunCommand = (command) => {
      const answer = answers[command];
      if (answer === undefined) return Promise.reject(new CommandFailed(`there is no ${command} here`, true));
      return Promise.resolve(answer);
    };
    const site = sharedSite(() => slurmSettingsSchema.parse({}), folder);
    const parts = { store, checkpoints, place: 'slurm', commands: slurmCommands(run), site: () => site } as const;
    const nothing = {
      waiting: () => [],
      onChanged: () => undefined,
      onQueueChanged: () => undefined,
      settings: () => slurmSettingsSchema.parse({}),
    };
    return findLost({
      ...parts,
      ...nothing,
      assign: () => Promise.reject(new Error('Nothing is submitted.')),
      soon: soonOf(),
    });
  };
  return { folder, submission, look, live: () => store.read.liveJobs().map(({ jobId, state }) => ({ jobId, state })) };
};

describe('a submission whose answer was lost', () => {
  test('is found where Slurm remembers it', async () => {
    const { look, live } = await lostSubmission();
    await look({ squeue: '4711\n4711\n' });
    expect(live()).toEqual([{ jobId: '4711', state: 'PENDING' }]);
  });

  test('is found by what its tasks wrote, where Slurm has forgotten it', async () => {
    const { submission, look, live } = await lostSubmission();
    writeFileSync(join(submission, jobFolderNames.begun, '0.1'), '');
    await look({ squeue: '' });
    expect(live()).toEqual([{ jobId: null, state: 'SUBMITTING' }]); // the disk shows the number late
    writeFileSync(join(submission, jobFolderNames.number), '4711\n');
    await look({ squeue: '' });
    expect(live()).toEqual([{ jobId: '4711', state: 'PENDING' }]);
  });

  test('is found in the accounting, where a cluster keeps one', async () => {
    const { look, live } = await lostSubmission();
    await look({ squeue: '', sacct: '4711_0\n4711_[1-3]\n' });
    expect(live()).toEqual([{ jobId: '4711', state: 'PENDING' }]);
  });

  test('is made anew where nobody knows of it; what would submit it late has nothing to start', async () => {
    const { submission, look, live } = await lostSubmission();
    await look({ squeue: '' });
    expect(live()).toEqual([]);
    expect(existsSync(submission)).toBe(false);
  });

  test('waits where it cannot be told: Slurm is silent, or the folder is away', async () => {
    const { folder, submission, look, live } = await lostSubmission();
    await expect(look({})).rejects.toThrow('Slurm does not answer');
    renameSync(folder, `${folder}-away`);
    await expect(look({ squeue: '' })).rejects.toThrow(`${folder} is not there`);
    expect(live()).toEqual([{ jobId: null, state: 'SUBMITTING' }]);
    renameSync(`${folder}-away`, folder);
    rmSync(submission, { recursive: true }); // somebody has thrown it away: nothing of it can train
    await look({ squeue: '' });
    expect(live()).toEqual([]);
  });
});

test('a folder that is none of a submission is not followed, whatever a workspace says that came from somebody else', async () => {
  const { store } = await openWorkspace(temporaryFolder());
  onTestFinished(() => store.close());
  const experiment = experimentOf({ seeds: [0, 1] });
  const { runIds } = store.write.addExperiment(experiment, expand(experiment));
  const ours = newSubmission('/there');
  for (const [index, folder] of [ours, join(ours, 'thesis')].entries())
    store.write.jobs.submit('slurm', folder, runIds.slice(index, index + 1));
  expect(store.read.liveJobs().map(({ submission }) => submission)).toEqual([ours]);
});

test('a job of another name is not ended, whatever a workspace says that came from somebody else', async () => {
  const asked: string[][] = [];
  const run: RunCommand = (command, args) => {
    asked.push([command, ...args]);
    return Promise.resolve(command === 'squeue' ? '7|esam-lab-0123456789ab\n8|thesis\n' : '');
  };
  const name = 'esam-lab-0123456789ab';
  await slurmCommands(run).cancel(['7_0', '7_2', '8_0', '9_0'].map((id) => ({ id, name })));
  expect(asked.filter(([command]) => command === 'scancel')).toEqual([['scancel', '7_[0,2]']]);
  await slurmCommands(run).cancel([{ id: '8', name }]);
  expect(asked.filter(([command]) => command === 'scancel')).toHaveLength(1);
});

test.each([
  ['1-00:00:00', 600],
  ['10', 300], // as long as its limit, it would go back as soon as it begins
  ['0', 600], // no limit
  [null, 600],
] as const)('a job with the time limit %s is warned %i s before its end', async (timeLimit, noticeS) => {
  let asked: readonly string[] = [];
  const commands = slurmCommands((_, args) => Promise.resolve(String((asked = args).length)));
  const settings = slurmSettingsSchema.parse({ timeLimit, noticeS: 600 });
  const order = {
    script: 'job.sh',
    name: 'x',
    folder: '/there',
    outputPattern: '%a',
    taskCount: 2,
    after: null,
    settings,
  };
  await commands.submit({ ...order, isWarned: true });
  expect(asked).toContain(`--signal=B:USR1@${noticeS}`);
});

test('what takes long is begun once, and asked for again; what it fails with is told to the next who asks for it, once', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const soon = soonOf();
  let begun = 0;
  let fail = (_error: Error): void => undefined;
  const bringing = new Promise<string>((_, reject) => (fail = reject));
  const bring = (): Promise<string> => (++begun < 3 ? bringing : Promise.resolve('there'));
  const first = expect(soon('run 1', bring)).rejects.toThrow(StillUnderWay);
  await vi.advanceTimersByTimeAsync(1000);
  await first;
  fail(new Error('the disk there is full'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await soon('run 2', () => Promise.resolve('ready'))).toBe('ready');
  await expect(soon('run 1', bring)).rejects.toThrow('the disk there is full');
  expect(begun).toBe(1);
  begun = 2;
  expect(await soon('run 1', bring)).toBe('there');
});
