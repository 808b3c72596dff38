import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { SpoolWriter } from '../../src-main/lab/cluster/spool.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { experimentOf, shared } from '../lab/fixtures/configs.ts';
import { trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { environmentOf, epochOf, stepOf } from '../lab/fixtures/metrics.ts';
import { hearSlurm, playCluster } from './slurmRecording.ts';
import type { PlayedCluster } from './slurmRecording.ts';

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

/** How late the thread comes to what is due, at most, also while that is asked; and how long it computed at a stretch, however busy the machine. */
const standstills = () => {
  const everyMs = 10;
  const processorMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = { at: performance.now(), processor: processorMs() };
  let longest = { ms: 0, processorMs: 0 };
  const look = (): void => {
    const now = { at: performance.now(), processor: processorMs() };
    longest = {
      ms: Math.max(longest.ms, Math.round(now.at - last.at - everyMs)),
      processorMs: Math.max(longest.processorMs, Math.round(now.processor - last.processor)),
    };
    last = now;
  };
  const timer = setInterval(look, everyMs);
  return {
    reset: (): void => {
      look();
      longest = { ms: 0, processorMs: 0 };
    },
    longest: () => {
      look();
      return longest;
    },
    end: (): void => clearInterval(timer),
  };
};

const seconds = (sinceMs: number): number => Number(((performance.now() - sinceMs) / 1000).toFixed(1));

const until = async (fits: () => Promise<boolean>): Promise<void> => {
  while (!(await fits())) await setTimeout(500);
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

/** A cluster that is large, and busy with these runs. */
const size = { slots: 500, taskS: 60 };

/**
 * What many runs on a cluster cost the lab. A machine can start few jobs a second: a real Slurm cluster of two nodes is listened to with a
 * small array, then played by a process of its own, whose tasks write what trainers were recorded to tell.
 * @param epochs - that each run tells of.
 * @returns seconds, requests to Slurm, megabytes of the lab's process, and the longest time that its thread answered nobody.
 */
export const measureCluster = async (runs: number, epochs: number): Promise<object> => {
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  try {
    const heard = await hearSlurm(join(folder, 'heard'));
    recordSpool(join(folder, 'spool.jsonl'), epochs);
    const cluster = await playCluster(folder, heard, size);
    try {
      process.env['PATH'] = `${cluster.commands}:${process.env['PATH'] ?? ''}`;
      return { slurm: heard.version.trim(), ...(await phasesOf(join(folder, 'workspace'), { runs, epochs }, cluster)) };
    } finally {
      cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const phasesOf = async (
  workspace: string,
  { runs, epochs }: { readonly runs: number; readonly epochs: number },
  { ask }: PlayedCluster,
): Promise<object> => {
  const standing = standstills();
  const ended = new Set<number>();
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 200);
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
  const measured = async (phase: string, work: () => Promise<unknown>): Promise<object> => {
    await ask('asked');
    const [start, cpu, endedBefore] = [performance.now(), process.cpuUsage(), ended.size];
    standing.reset();
    peak = 0;
    await work();
    const { user, system } = process.cpuUsage(cpu);
    const longestHold = standing.longest();
    const took = seconds(start);
    const requests = JSON.parse(await ask('asked')) as string[];
    const figures = {
      ...{ seconds: took, processorS: Number(((user + system) / 1e6).toFixed(1)) },
      ...{ runsEnded: ended.size - endedBefore, requests: countsOf(requests), longestHold },
      peakMegabytes: Math.round(peak / 1e6),
    };
    console.error(phase, JSON.stringify(figures));
    return figures;
  };
  const submit = async (lab: Lab): Promise<readonly number[]> => {
    const wanted = Number(await ask('taken')) + runs;
    const { runIds } = await lab.enqueue({ ...experiment(runs, epochs), place: 'slurm' });
    await until(async () => Number(await ask('taken')) === wanted);
    return runIds;
  };

  let lab = await open();
  lab.setPlace('slurm', slurmSettingsSchema.parse({ cores: 1 }));
  const idle = await measured('idle', () => setTimeout(5000));
  const submitted = await measured('submitted', () => submit(lab));
  const followed = await measured('followed', () => setTimeout(120_000));
  await lab.close();
  await ask('pass-day');
  const caughtUp = await measured('caught up', async () => {
    lab = await open();
    await until(async () => ended.size === runs);
  });
  await ask('close');
  const runIds = await submit(lab);
  const cancelled = await measured('cancelled', async () => {
    await lab.cancelRuns({ runIds: [...runIds] });
    await until(async () => (await ask('left')) === '0');
  });
  standing.end();
  clearInterval(sampling);
  await lab.close();
  return {
    ...{ runs, idle, submitted, 'followed for two minutes': followed },
    ...{ 'caught up after a day closed': caughtUp, cancelled },
  };
};

const countsOf = (names: readonly string[]): object =>
  Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]));
