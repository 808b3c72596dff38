import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { engineEnvironment } from '../../shared/engineEnvironment.ts';
import type { PhaseMs } from '../../shared/metrics.ts';
import { plainEsam, plainSam, type OptimizerConfig } from '../../shared/runConfig.ts';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { initialState } from '../../src-main/trainer/initialState.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { batchObjective } from '../../src-main/trainer/objective.ts';
import { optimizerOf } from '../../src-main/trainer/optimizers/index.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { phaseClock } from '../../src-main/trainer/phaseClock.ts';

// Images/s of whole optimizer steps of ResNet-18 on random 32×32 images, methods in turn, median over the repeats.
// Usage: npm run bench [-- --batch 128 --repeats 5 --threads 0]
const number = (name: string, fallback: number): number => {
  const position = process.argv.indexOf(`--${name}`);
  return position < 0 ? fallback : Number(process.argv[position + 1]);
};
const batchSize = number('batch', 128);
const repeats = number('repeats', 5);
const environment = engineEnvironment({
  engine: 'tensorflow',
  threads: number('threads', 0),
  deterministic: false,
  tf32: false,
  memoryGrowth: true,
});

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

const methods = ((): Record<string, OptimizerConfig> => {
  const rule = { learningRate: 0.01, momentum: 0.9, weightDecay: 1e-3 };
  const climb = { ...rule, rho: 0.05, bnStatistics: 'first', ...plainSam } as const;
  const esam = {
    ...climb,
    ...plainEsam,
    name: 'esam',
    beta: 0.6,
    gamma: 0.5,
    perturbation: 'masked-norm',
    selection: 'sharpness',
    secondPass: 'reforward',
  } as const;
  return {
    sgd: { ...rule, name: 'sgd' },
    sam: { ...climb, name: 'sam' },
    esam,
    esamLoss: { ...esam, selection: 'loss' },
    esamGathered: { ...esam, secondPass: 'gathered' },
  };
})();

const measure = async (): Promise<void> => {
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(found.reason);
  const ops = tensorflowOps(found.bindingPath);
  const network = networkOf('resnet18', [32, 32, 3], 10);
  const random = randomStream(0, 'augmentation');
  const images = ops.upload(
    Float32Array.from({ length: batchSize * 32 * 32 * 3 }, () => random.normal()),
    [batchSize, 32, 32, 3],
  );
  const narrow = ops.upload(
    Int32Array.from({ length: batchSize }, () => random.integer(10)),
    [batchSize],
  );
  const labels = ops.cast(narrow, 'int64');

  const runs = Object.entries(methods).map(([name, config]) => {
    const clock = phaseClock(ops);
    const state = initialState(ops, network, randomStream(0, 'weights'));
    const mask = randomStream(0, 'mask');
    const optimizer = optimizerOf({ ops, state, clock }, config, { uniform: mask.uniform, subset: mask.subset });
    const objective = batchObjective(ops, network, state, { images, labels }, 0, clock, () => undefined);
    const step = (): number => {
      const start = performance.now();
      const reports = optimizer.step(objective, config.learningRate);
      ops.synchronize();
      const duration = performance.now() - start;
      disposeReports(ops, reports);
      return duration;
    };
    return { name, clock, step, durations: new Array<number>(), phases: new Array<PhaseMs>() };
  });
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const run of runs) {
      run.clock.take();
      const kernels = ops.counters.kernels;
      const duration = run.step();
      const phaseMs = run.clock.take();
      if (repeat === 0) {
        console.log(`${run.name}: ${ops.counters.kernels - kernels} kernels a step`);
      } else {
        run.durations.push(duration);
        run.phases.push(phaseMs);
      }
    }
  }
  const speeds = runs.map(({ name, durations }) => [name, Number(((1000 * batchSize) / median(durations)).toFixed(1))]);
  const phasesOf = runs.map(({ name, phases }): [string, Record<string, number>] => [
    name,
    Object.fromEntries(
      Object.keys(phases[0] ?? {}).map((phase) => [
        phase,
        Math.round(median(phases.map((phaseMs) => phaseMs[phase as keyof PhaseMs]))),
      ]),
    ),
  ]);
  console.log(ops.name);
  console.log(JSON.stringify({ ...Object.fromEntries(speeds), phases: Object.fromEntries(phasesOf) }));
};

// The engine's environment has to be there before TensorFlow loads, so a child process measures.
if (process.argv.includes('--child')) await measure();
else {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--child'], {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  process.exitCode = child.status ?? 1;
}
