import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineEnvironment } from '../../shared/engineEnvironment.ts';
import { build, isBuildStale } from '../../src-main/runtimes/build.ts';
import type { compareWithBareSteps } from './bareSteps.ts';
import { median } from './median.ts';
import { trainInLab } from './overhead.ts';

// Images/s of whole optimizer steps of ResNet-18, by method; with --peer in turn with PyTorch (pip install torch==2.13.0), eager and
// compiled, the faster of which is the peer (--eager leaves out torch.compile, which takes minutes). A method's interval of n perturbs
// every n-th step only. With --overhead instead: what the lab itself adds to a step, on ResNet-8 and MNIST. With --live: what watching
// costs while the quick comparison trains (shares of one core). With --history: how fast the lab answers with --runs runs of --epochs
// epochs behind it; --workspace keeps what was made for that. With --measurements: what the measurements without a further pass add to a step
// of ResNet-18, as a share of it (0.005 is promised). With --evaluation: passes with the running statistics, and how long a landscape takes.
// With --load: 5,000 runs queued, 500 data sets, a log of 2 GB. With --cluster: what --runs runs of --epochs epochs (20) on a Slurm cluster on this machine cost the lab; as root, with Slurm's Debian packages.
const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '0' },
    bf16: { type: 'boolean', default: false },
    peer: { type: 'boolean', default: false },
    eager: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    overhead: { type: 'boolean', default: false },
    history: { type: 'boolean', default: false },
    load: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    evaluation: { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
    measurements: { type: 'boolean', default: false },
    runs: { type: 'string', default: '10000' },
    epochs: { type: 'string' },
    workspace: { type: 'string', default: '' },
    child: { type: 'boolean', default: false },
    later: { type: 'boolean', default: false },
  },
});

/** Runs a program and parses the last line that it prints. */
const lastLineOf = (
  program: string,
  given: readonly string[],
  environment: NodeJS.ProcessEnv,
): Record<string, unknown> => {
  const { status, stdout } = spawnSync(program, given, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ended with status ${String(status)}.`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
};

/** The engine's environment has to be there before TensorFlow loads, so a child process measures. */
const ours = (...more: string[]): Record<string, unknown> => {
  const device = {
    engine: 'tensorflow',
    deterministic: false,
    tf32: false,
    memoryGrowth: true,
    ownKernels: true,
  } as const;
  return lastLineOf(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2), ...more, '--child'], {
    ...process.env,
    ...engineEnvironment(device, Number(values.threads) || availableParallelism()),
  });
};

const peer = (): Record<string, unknown> =>
  lastLineOf(
    values.python,
    [
      fileURLToPath(new URL('torchSteps.py', import.meta.url)),
      ...['--batch', values.batch, '--repeats', values.repeats],
      ...(values.threads === '0' ? [] : ['--threads', values.threads]),
      ...(values.bf16 ? ['--bf16'] : []),
      ...(values.eager ? ['--eager'] : []),
    ],
    process.env,
  );

/** Those that torchSteps.py has too. */
const peerMethods: readonly string[] = ['sgd', 'sam', 'esam'];

const compare = (): object => {
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
    const pair = { ours: ours(), peer: peer() };
    console.log(`round ${round + 1}: ${JSON.stringify(pair)}`);
    return pair;
  });
  const table = peerMethods.map((method) => {
    const speeds = rounds.map((round) => Number(round.ours[method]));
    const [faster] = (['eager', 'compiled'] as const)
      .map((mode) => {
        const theirs = rounds.map((round) => (round.peer[mode] as Record<string, number> | null)?.[method] ?? 0);
        const ratio = median(speeds.map((speed, round) => speed / (theirs[round] ?? 0)));
        return { mode, ours: median(speeds), peer: median(theirs), ratio: Number(ratio.toFixed(3)) };
      })
      .sort((one, other) => other.peer - one.peer);
    return [method, faster];
  });
  const [last] = rounds.slice(-1);
  return { ...last?.ours, peer: Object.fromEntries(table) as object, torch: last?.peer['torch'] };
};

/**
 * What the lab itself adds to steps, in turn through the whole lab and against bare steps; medians over the rounds. `overhead` is the
 * share of a step's time that the steps stand still between one another, plus the lab process's share of the processor; `loop` is how
 * much longer the trainer's loop takes than bare steps (wall clock, processor time): the same seen from outside, with the machine's noise.
 */
const overhead = async (): Promise<object> => {
  const workspace = mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  try {
    const rounds: (Awaited<ReturnType<typeof trainInLab>> & Awaited<ReturnType<typeof compareWithBareSteps>>)[] = [];
    for (let round = 1; round <= Number(values.rounds); round++) {
      const inLab = await trainInLab(workspace);
      const measured = {
        ...inLab,
        ...(ours('--workspace', workspace) as { bareMs: number; ratio: number; cpuRatio: number }),
      };
      console.log(`round ${round}: ${JSON.stringify(measured)}`);
      rounds.push(measured);
    }
    const of = (value: (round: (typeof rounds)[number]) => number): number =>
      Number(median(rounds.map(value)).toFixed(4));
    const between = ({ outsideMsPerStep, stepMs }: (typeof rounds)[number]): number => outsideMsPerStep / stepMs;
    return {
      overhead: of((round) => between(round) + round.labCpuShare / availableParallelism()),
      betweenSteps: of(between),
      labCpuShare: of((round) => round.labCpuShare),
      loop: of((round) => round.ratio - 1),
      loopCpu: of((round) => round.cpuRatio - 1),
      stepMs: of((round) => round.stepMs),
      bareMs: of((round) => round.bareMs),
      checkpointMs: of((round) => round.checkpointMs),
    };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

const buildPage = async (): Promise<void> => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (isBuildStale(root)) await build(root);
};

const live = async (): Promise<object> => {
  await buildPage();
  const { measureLivePage } = await import('./livePage.ts');
  const workspace = mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  try {
    return await measureLivePage(workspace, 30);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

const load = (): object => {
  const workspace = mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  try {
    return ours('--workspace', workspace);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

/** In processes of their own, whose memory is the lab's alone. */
const history = async (): Promise<object> => {
  const workspace = values.workspace || mkdtempSync(join(tmpdir(), 'esam-lab-bench-'));
  try {
    await buildPage();
    const { generateHistory } = await import('./history.ts');
    await generateHistory(workspace, Number(values.runs), Number(values.epochs ?? 200));
    return { atOnce: ours('--workspace', workspace), afterFiveSeconds: ours('--workspace', workspace, '--later') };
  } finally {
    if (values.workspace === '') rmSync(workspace, { recursive: true, force: true });
  }
};

/** Loads what it measures alone: the memory of the lab has nothing else in it. */
const child = async (): Promise<object> => {
  const [runs, batch, repeats] = [Number(values.runs), Number(values.batch), Number(values.repeats)];
  if (values.cluster) return (await import('./cluster.ts')).measureCluster(runs, Number(values.epochs ?? 20));
  if (values.history) {
    const { measureHistory, measureOpenHistory } = await import('./history.ts');
    return (values.later ? measureOpenHistory : measureHistory)(values.workspace);
  }
  if (values.load) return (await import('./load.ts')).measureLoad(values.workspace);
  if (values.evaluation) return (await import('./evaluation.ts')).measureEvaluation(repeats);
  if (values.measurements) return (await import('./freeMeasurements.ts')).measureFreeMeasurements(batch, repeats);
  return values.overhead
    ? (await import('./bareSteps.ts')).compareWithBareSteps(values.workspace)
    : (await import('./steps.ts')).measureSteps(batch, repeats, values.bf16, values.peer ? peerMethods : undefined);
};

if (values.child) console.log(JSON.stringify(await child()));
else if (values.live) console.log(JSON.stringify(await live(), null, 2));
else if (values.cluster) console.log(JSON.stringify(ours(), null, 2));
else if (values.load) console.log(JSON.stringify(load(), null, 2));
else if (values.history) console.log(JSON.stringify(await history(), null, 2));
else if (values.overhead) console.log(JSON.stringify(await overhead()));
else console.log(JSON.stringify(values.peer ? compare() : ours()));
