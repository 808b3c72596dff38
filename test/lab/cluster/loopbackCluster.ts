import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './freePorts.ts';

const run = promisify(execFile);

/** Benchmarks start the cluster too, so it waits without vitest. */
const until = async (what: string, fits: () => boolean | Promise<boolean>): Promise<void> => {
  const limit = performance.now() + 120_000;
  while (!(await fits())) {
    if (performance.now() > limit) throw new Error(`Waited two minutes for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** A Slurm cluster of two nodes on this machine, with ports, keys and folders of its own. */
export interface LoopbackCluster {
  readonly folder: string;
  /** Slurm's commands find it by this file: SLURM_CONF. */
  readonly confFile: string;
  /** Asks one of Slurm's commands. */
  ask(command: string, ...args: string[]): Promise<string>;
  /** SIGKILL for the daemon of a node; its jobs go on. */
  killDaemon(node: string): Promise<void>;
  /** To the processes of a task, such as "12_3". */
  signalJob(jobId: string, signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}
const nodeNames = ['n1', 'n2'] as const;

/** Why there can be no such cluster here; null: there can. */
export const whyNoCluster = async (): Promise<string | null> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'Slurm is started as root of a Linux machine.';
  const found = await Promise.all(
    ['slurmctld', 'slurmd', 'sbatch', 'munged'].map((command) => run('which', [command]).catch(() => null)),
  );
  return found.every((each) => each !== null) ? null : 'apt install slurmctld slurmd slurm-client munge';
};

const configuration = (
  folder: string,
  [controller = 0, first = 0, second = 0]: readonly number[],
  { cores, mostTasks }: { readonly cores: number; readonly mostTasks: number },
): string => `
ClusterName=loopback
SlurmctldHost=localhost
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SlurmctldPort=${controller}
SlurmctldPidFile=${folder}/slurmctld.pid
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdTimeout=5
KillWait=20
MinJobAge=10
MaxArraySize=${mostTasks + 1}
MaxJobCount=50000
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=${first} CPUs=${cores} RealMemory=2000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=${second} CPUs=${cores} RealMemory=2000
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;

/** Processes of jobs of this cluster: found by what their environment says. */
const processesWith = (confFile: string, ...wanted: readonly string[]): number[] => {
  const variablesOf = (pid: string): string[] => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    } catch {
      return []; // it has just ended
    }
  };
  const all = [`SLURM_CONF=${confFile}`, ...wanted];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => {
    const variables = variablesOf(pid);
    return all.every((each) => variables.includes(each));
  });
  return found.map(Number);
};

/** Starts it and waits until both nodes take jobs. @param size - cores of each node, whatever the machine has; tasks of an array. */
export const startCluster = async ({ cores = 2, mostTasks = 1000 } = {}): Promise<LoopbackCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-slurm-'));
  chmodSync(folder, 0o711);
  const confFile = join(folder, 'slurm.conf');
  writeFileSync(confFile, configuration(folder, await freePorts(3), { cores, mostTasks }));
  // Debian 13's starts without cgroups only so, and Debian 12's does not know the word.
  const [, year = '0'] = /(\d+)\.\d/.exec((await run('slurmd', ['-V'])).stdout) ?? [];
  if (Number(year) >= 24) writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n');
  for (const name of ['state', 'spool-n1', 'spool-n2']) mkdirSync(join(folder, name));
  const env = { ...process.env, SLURM_CONF: confFile };
  const daemons = new Map<string, ChildProcess>();
  const start = (name: string, command: string, args: readonly string[]): void => {
    daemons.set(name, spawn(command, args, { env, stdio: 'ignore' }));
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = daemons.get(name);
    daemons.delete(name);
    if (child?.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
  };
  const send = (signal: NodeJS.Signals, pids: readonly number[]): void =>
    pids.forEach((pid) => {
      try {
        process.kill(pid, signal);
      } catch {
        // it has just ended
      }
    });
  const ask: LoopbackCluster['ask'] = async (command, ...args) => (await run(command, args, { env })).stdout;

  await run('mungekey', ['--create', `--keyfile=${folder}/munge.key`]);
  start('munged', 'munged', [
    ...['--force', '--foreground', `--key-file=${folder}/munge.key`, `--socket=${folder}/munge.socket`],
    ...[`--pid-file=${folder}/munged.pid`, `--log-file=${folder}/munged.log`, `--seed-file=${folder}/munge.seed`],
  ]);
  await until('munged', () => existsSync(`${folder}/munge.socket`));
  start('controller', 'slurmctld', ['-D', '-f', confFile]);
  for (const name of nodeNames) start(name, 'slurmd', ['-D', '-N', name, '-f', confFile]);
  const nodes = () => ask('sinfo', '-h', '-o', '%D %t').catch(() => '');
  await until('both nodes', async () => (await nodes()).trim() === '2 idle');
  return {
    ...{ folder, confFile, ask },
    signalJob: (jobId, signal) => {
      const [array = '', task = ''] = jobId.split('_');
      send(signal, processesWith(confFile, `SLURM_ARRAY_JOB_ID=${array}`, `SLURM_ARRAY_TASK_ID=${task}`));
    },
    killDaemon: (node) => end(node, 'SIGKILL'),
    stop: async () => {
      await ask('scancel', '--user=root').catch(() => '');
      for (const name of nodeNames) {
        await end(name, 'SIGTERM');
      }
      await end('controller', 'SIGTERM');
      await end('munged', 'SIGTERM');
      send('SIGKILL', processesWith(confFile)); // jobs, and what would tell the controller of them for an hour
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
