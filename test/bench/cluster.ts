import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { SpoolWriter } from '../../src-main/lab/cluster/spool.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { startCluster } from '../lab/cluster/loopbackCluster.ts';
import type { LoopbackCluster } from '../lab/cluster/loopbackCluster.ts';
import { experimentOf, shared } from '../lab/fixtures/configs.ts';
import { trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { environmentOf, epochOf, stepOf } from '../lab/fixtures/metrics.ts';

/** What a run of so many epochs tells, ten steps each. */
const recordSpool = (path: string, epochs: number): void => {
  const spool = new SpoolWriter(path);
  const tell = (event: Extract<Parameters<typeof spool.append>[0], { kind: 'event' }>['event']): void =>
    spool.append({ kind: 'event', event, nonFinite: [] });
  spool.append({ kind: 'began', at: new Date().toISOString(), host: 'n1', isResuming: false });
  tell({ type: 'started', environment: environmentOf() });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const steps = Array.from({ length: 10 }, (_, index) => stepOf((epoch - 1) * 10 + index + 1, { epoch }));
    tell({
      ...{ type: 'progress', epoch, epochStep: 10, epochSteps: 10, imagesPerSecond: 100, activity: 'training' },
      ...{ usage: { busyCores: 1, othersBusyCores: 0, residentBytes: 2 ** 28 }, steps },
    });
    tell({ type: 'epochFinished', metrics: epochOf(epoch) });
  }
  tell({ type: 'done' });
  spool.close();
};

/** Slurm's own commands, each of which leaves a line; and a trainer that tells what was recorded. */
const scriptsIn = (folder: string, spool: string) => {
  const log = join(folder, 'asked.txt');
  writeFileSync(log, '');
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const path = process.env['PATH'] ?? '';
  for (const name of ['sbatch', 'squeue', 'scancel', 'scontrol', 'sacct'])
    write(name, `echo ${name} >>${log}\nPATH='${path}' exec ${name} "$@"`);
  write(
    'trainer',
    `mkdir -p "$2/attempts/0001" && cp ${spool} "$2/attempts/0001/spool.jsonl"\n: >"\${2%/tasks/*}/begun/\${2##*/}.1"`,
  );
  return {
    path: `${folder}:${path}`,
    trainer: join(folder, 'trainer'),
    asked: (): string[] => readFileSync(log, 'utf8').split('\n').filter(Boolean),
  };
};

/** How late the thread comes to what is due, at most: also what holds it when that is asked. */
const standstills = () => {
  const everyMs = 10;
  let [last, longest] = [performance.now(), 0];
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
  };
  const timer = setInterval(look, everyMs);
  return {
    reset: (): void => void ([last, longest] = [performance.now(), 0]),
    longestMs: (): number => {
      look();
      return Math.round(longest);
    },
    end: (): void => clearInterval(timer),
  };
};

const seconds = (sinceMs: number): number => Number(((performance.now() - sinceMs) / 1000).toFixed(1));

const until = async (fits: () => Promise<boolean>): Promise<void> => {
  while (!(await fits())) await new Promise((resolve) => setTimeout(resolve, 500));
};

const experiment = (runs: number, epochs: number) => {
  const seeds = Array.from({ length: Math.min(100, runs) }, (_, seed) => seed);
  const rates = Array.from({ length: Math.ceil(runs / seeds.length) }, (_, index) => (index + 1) / 1000);
  return experimentOf({
    shared: { ...shared, epochs },
    seeds,
    axes: [{ path: 'optimizer.learningRate', values: rates }],
  });
};

/**
 * What many runs on a cluster cost the lab: on a real one of two nodes on this machine, whose tasks tell what was recorded instead of training.
 * @param epochs - that each run tells of.
 * @returns seconds, requests to Slurm, megabytes of the lab's process, and the longest time that its thread answered nobody.
 */
export const measureCluster = async (runs: number, epochs: number): Promise<object> => {
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  const cluster = await startCluster({ cores: 8 });
  try {
    process.env['SLURM_CONF'] = cluster.confFile;
    const spool = join(folder, 'spool.jsonl');
    recordSpool(spool, epochs);
    mkdirSync(join(folder, 'commands'));
    const scripts = scriptsIn(join(folder, 'commands'), spool);
    process.env['PATH'] = scripts.path;
    return await phasesOf(join(folder, 'workspace'), { runs, epochs }, cluster, scripts);
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const phasesOf = async (
  workspace: string,
  { runs, epochs }: { readonly runs: number; readonly epochs: number },
  cluster: LoopbackCluster,
  { trainer, asked }: ReturnType<typeof scriptsIn>,
): Promise<object> => {
  const standing = standstills();
  const ended = new Set<number>();
  const open = async (): Promise<Lab> => {
    const lab = await openLab(trainingLabOptions(workspace));
    lab.onEvent((event) => {
      if (event.type !== 'runChanged' || event.run.endedAt === null) return;
      if (event.run.state === 'failed') throw new Error(`Run ${event.run.id} failed: ${event.run.reason ?? ''}`);
      ended.add(event.run.id);
    });
    return lab;
  };
  /** What a phase took. */
  const measured = async (work: () => Promise<void>): Promise<object> => {
    const [start, cpu, before, endedBefore] = [performance.now(), process.cpuUsage(), asked().length, ended.size];
    standing.reset();
    await work();
    const { user, system } = process.cpuUsage(cpu);
    const requests = asked().slice(before);
    const counts = Object.fromEntries(
      [...new Set(requests)].map((name) => [name, requests.filter((each) => each === name).length]),
    );
    const figures = {
      ...{ seconds: seconds(start), processorS: Number(((user + system) / 1e6).toFixed(1)) },
      ...{ runsEnded: ended.size - endedBefore, requests: counts },
      ...{
        longestStandstillMs: standing.longestMs(),
        residentMegabytes: Math.round(process.memoryUsage().rss / 1e6),
      },
    };
    console.error(JSON.stringify(figures));
    return figures;
  };
  const submissions = (): number => asked().filter((name) => name === 'sbatch').length;
  const submit = async (lab: Lab): Promise<readonly number[]> => {
    const wanted = submissions() + Math.ceil(runs / 1000);
    const { runIds } = await lab.enqueue({ ...experiment(runs, epochs), place: 'slurm' });
    await until(async () => submissions() >= wanted);
    await new Promise((resolve) => setTimeout(resolve, 2000)); // the last answer
    return runIds;
  };

  let lab = await open();
  lab.setPlace('slurm', slurmSettingsSchema.parse({ node: trainer, cores: 1 }));
  const submitted = await measured(async () => {
    await submit(lab);
  });
  const followed = await measured(() => new Promise((resolve) => setTimeout(resolve, 120_000)));
  await lab.close();
  await until(async () => (await cluster.ask('squeue', '--noheader')) === '');
  const caughtUp = await measured(async () => {
    lab = await open();
    await until(async () => ended.size === runs);
  });
  await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=DOWN');
  const runIds = await submit(lab);
  const cancelled = await measured(async () => {
    await lab.cancelRuns({ runIds: [...runIds] });
    await until(async () => (await cluster.ask('squeue', '--noheader')) === '');
  });
  standing.end();
  await lab.close();
  return { runs, submitted, 'followed for two minutes': followed, 'caught up after a day closed': caughtUp, cancelled };
};
