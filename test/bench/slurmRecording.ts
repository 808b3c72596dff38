import { execFile, fork } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { CommandFailed } from '../../src-main/lab/cluster/runCommand.ts';
import { sightsIn, slurmCommands } from '../../src-main/lab/cluster/slurm.ts';
import type { TaskSight } from '../../src-main/lab/cluster/slurm.ts';
import { startCluster } from '../lab/cluster/loopbackCluster.ts';
import type { LoopbackCluster } from '../lab/cluster/loopbackCluster.ts';
import { squeue } from './slurmAnswers.ts';
import type { Answer, Heard } from './slurmAnswers.ts';

const run = promisify(execFile);

const answerOf = (confFile: string) => {
  const env = { ...process.env, SLURM_CONF: confFile, SLURM_BITSTR_LEN: '0' };
  return async (command: string, args: readonly string[]): Promise<Answer> => {
    try {
      return { ...(await run(command, [...args], { env })), code: 0 };
    } catch (error) {
      const { stdout, stderr, code } = error as Answer;
      return { stdout, stderr, code };
    }
  };
};

/** Tasks of the array that is listened to: more than the two nodes have cores. */
const taskCount = 20;
const name = 'esam-lab-recording';

/**
 * Listens to a Slurm cluster of two nodes on this machine while it has a small array in every state, and has what plays it say the same.
 * @throws Error where the two differ.
 */
export const hearSlurm = async (folder: string): Promise<Heard> => {
  mkdirSync(folder);
  const cluster = await startCluster({ cores: 8 });
  try {
    return await hearCluster(cluster, folder);
  } finally {
    await cluster.stop();
  }
};

const hearCluster = async ({ confFile, ask }: LoopbackCluster, folder: string): Promise<Heard> => {
  const answer = answerOf(confFile);
  const commands = slurmCommands(async (command, args) => {
    const { stdout, stderr, code } = await answer(command, args);
    if (code !== 0) throw new CommandFailed(stderr, false);
    return stdout;
  });
  const script = join(folder, 'job.sh');
  writeFileSync(script, '#!/bin/bash\nexec sleep 5\n', { mode: 0o755 });
  const order = {
    ...{ script, name, folder, after: null, isWarned: true, settings: slurmSettingsSchema.parse({ cores: 1 }) },
    outputPattern: join(folder, '%a.txt'),
  };
  await ask('scontrol', 'update', 'PartitionName=debug', 'State=DOWN');
  const id = await commands.submit({ ...order, taskCount });
  /** What it says of the array now, which is what would be played. */
  const seen = async (): Promise<readonly TaskSight[]> => {
    const sights = await commands.sights([id]);
    const tasks = new Map([...sights].map(([task, sight]) => [Number(task.split('_')[1]), sight]));
    for (const wanted of [`--jobs=${id}`, `--jobs=${id},${Number(id) + 1}`, `--name=${name}`])
      for (const format of ['%F|%K|%T|%r|%N', '%F|%j', '%F']) {
        const args = ['--noheader', '--states=all', `--format=${format}`, wanted];
        const real = await answer('squeue', args);
        if (!isDeepStrictEqual(sightsIn((await answer('squeue', allOf(id))).stdout), sights)) return seen(); // it went on meanwhile
        const played = squeue([{ id, name, tasks }], args, { unknownJob: real });
        if (!isDeepStrictEqual(sorted(real), sorted(played)))
          throw new Error(
            `Slurm says ${JSON.stringify(real)} to ${args.join(' ')}, played is ${JSON.stringify(played)}.`,
          );
      }
    return [...sights.values()];
  };
  const until = async (fits: (sights: readonly TaskSight[]) => boolean): Promise<readonly TaskSight[]> => {
    for (;;) {
      const sights = await seen();
      if (fits(sights)) return sights;
      await setTimeout(200);
    }
  };
  const reasonOf = (sights: readonly TaskSight[], state: string): string | null =>
    sights.find((each) => each.state === state)?.reason ?? null;
  const are = (sights: readonly TaskSight[], state: string): boolean => sights.some((each) => each.state === state);

  const down = await until((sights) => sights.length === taskCount && reasonOf(sights, 'PENDING') !== null);
  await ask('scontrol', 'update', 'PartitionName=debug', 'State=UP');
  const busy = await until((sights) => are(sights, 'RUNNING') && reasonOf(sights, 'PENDING') !== null);
  await commands.cancel([{ id: `${id}_${taskCount - 1}`, name }]);
  const ended = await until((sights) => sights.every(({ state }) => ['COMPLETED', 'CANCELLED'].includes(state)));
  await until((sights) => sights.length === 0);
  const config = await answer('scontrol', ['show', 'config']);
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(config.stdout) ?? [];
  return {
    version: (await answer('sbatch', ['--version'])).stdout,
    config: config.stdout,
    unknownJob: await answer('squeue', allOf(id)),
    tooManyTasks: await answer('sbatch', ['--parsable', `--array=0-${size ?? ''}`, script]),
    waitingReasons: {
      partitionDown: reasonOf(down, 'PENDING') ?? 'None',
      busy: reasonOf(busy, 'PENDING') ?? 'None',
    },
    endedReason: reasonOf(ended, 'COMPLETED'),
    cancelledReason: reasonOf(ended, 'CANCELLED'),
  };
};

const allOf = (id: string): string[] => ['--noheader', '--states=all', '--format=%F|%K|%T|%r|%N', `--jobs=${id}`];

/** In which order it tells of tasks is its own affair. */
const sorted = ({ stdout, stderr, code }: Answer): unknown[] => [stdout.split('\n').toSorted(), stderr, code];

export interface PlayedCluster {
  /** Where its commands are. */
  readonly commands: string;
  /** One of its commands, or what is asked of it besides: close (its partition), left (tasks), asked (since the last time), pass-day. */
  ask(command: string, ...args: string[]): Promise<string>;
  stop(): void;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * Starts what plays a cluster.
 * @param folder - with the spool that every task tells, "spool.jsonl".
 * @param slots - tasks that train at once, each for `taskS` seconds.
 */
export const playCluster = async (
  folder: string,
  heard: Heard,
  { slots, taskS }: { readonly slots: number; readonly taskS: number },
): Promise<PlayedCluster> => {
  writeFileSync(join(folder, 'heard.json'), JSON.stringify(heard));
  const commands = join(folder, 'commands');
  mkdirSync(commands);
  const socket = join(folder, 'socket');
  for (const name of ['sbatch', 'squeue', 'scancel', 'scontrol', 'sacct', 'control']) {
    const words = name === 'control' ? '' : ` ${name}`;
    const text = `#!/bin/sh\nexec '${process.execPath}' '${pathOf('slurmClient.ts')}' '${socket}'${words} "$@"\n`;
    writeFileSync(join(commands, name), text);
    chmodSync(join(commands, name), 0o755);
  }
  const player = fork(pathOf('slurmPlayer.ts'), [folder, String(slots), String(taskS)]);
  while (!existsSync(socket)) await setTimeout(50);
  return {
    commands,
    ask: async (...words) => (await run(join(commands, 'control'), words)).stdout,
    stop: () => void player.kill(),
  };
};
