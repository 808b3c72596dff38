import { performance } from 'node:perf_hooks';
import { networkBuilder, rolesOf, type Network } from '../../src-main/trainer/engine/network.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { wasmOps } from '../../src-main/trainer/engine/wasmOps.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import { initialState } from '../../src-main/trainer/initialState.ts';
import { modelIds, plainRule } from '../../shared/runConfig.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { residualNetwork } from '../../src-main/trainer/models/residual.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { optimizerOf } from '../../src-main/trainer/optimizers/index.ts';
import { phaseClock } from '../../src-main/trainer/phaseClock.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';

// Images/s of SGD steps of ResNet-20 (He et al. 2016), or another model, on the WASM engine, the time of each op, and how much of the machine the
// process got: on a busy machine, divide the speed by that share.
// Usage: node test/bench/wasm.ts [--model resnet18 --batch 128 --steps 5 --threads 2]
const number = (name: string, fallback: number): number => {
  const position = process.argv.indexOf(`--${name}`);
  return position < 0 ? fallback : Number(process.argv[position + 1]);
};
const batchSize = number('batch', 128);
const steps = number('steps', 5);
const threads = number('threads', 2);

const resnet20 = (): Network => {
  const network = networkBuilder([32, 32, 3]);
  const groups = [16, 32, 64].map((filters) => ({ filters, blocks: 3 }));
  return network.build(residualNetwork(network, 10, groups));
};

interface Times {
  readonly ms: number;
  /** Of all threads together. */
  readonly cpuMs: number;
  readonly calls: number;
}

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The same ops, their time added up by name. */
const timed = (ops: Ops, times: Map<string, Times>): Ops => {
  const wrapped = Object.entries(ops as unknown as Record<string, unknown>).map(([name, op]) => {
    if (typeof op !== 'function') return [name, op];
    return [
      name,
      (...inputs: unknown[]): unknown => {
        const cpu = process.cpuUsage();
        const start = performance.now();
        const result: unknown = (op as (...inputs: unknown[]) => unknown)(...inputs);
        const { ms, cpuMs, calls } = times.get(name) ?? { ms: 0, cpuMs: 0, calls: 0 };
        times.set(name, { ms: ms + performance.now() - start, cpuMs: cpuMs + cpuMsSince(cpu), calls: calls + 1 });
        return result;
      },
    ];
  });
  return Object.fromEntries(wrapped) as Ops;
};

const times = new Map<string, Times>();
const ops = timed(wasmOps({ threads }), times);
const wished = process.argv[process.argv.indexOf('--model') + 1];
const model = modelIds.find((id) => process.argv.includes('--model') && id === wished);
const network = model === undefined ? resnet20() : networkOf(model, [32, 32, 3], 10);
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
const clock = phaseClock(ops);
const state = initialState(ops, network, randomStream(0, 'weights'));
const mask = randomStream(0, 'mask');
const optimizer = optimizerOf(
  { ops, state, roles: rolesOf(network), clock, extent: { epochs: 1, stepsPerEpoch: steps } },
  { name: 'sgd', learningRate: 0.01, momentum: 0.9, weightDecay: 1e-3, ...plainRule },
  { ...mask, schedule: mask, direction: mask },
);
const objective = batchObjective(ops, network, state, { images, labels }, 0, clock, () => undefined);

const durations: number[] = [];
const shares: number[] = [];
for (let step = 0; step <= steps; step++) {
  if (step === 1) times.clear();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const reports = optimizer.step(objective, 0.01);
  const duration = performance.now() - start;
  const cpuMs = cpuMsSince(cpu);
  disposeReports(ops, reports);
  if (step === 0) continue; // V8 still compiles
  durations.push(duration);
  shares.push(cpuMs / duration / threads);
}
const fastest = Math.min(...durations);
const macs = 3 * network.macs * batchSize;
console.log(ops.name);
console.log(
  JSON.stringify({
    imagesPerSecond: Number(((1000 * batchSize) / fastest).toFixed(1)),
    ofEachStep: durations.map((duration) => Number(((1000 * batchSize) / duration).toFixed(1))),
    gflops: Number(((2 * macs) / fastest / 1e6).toFixed(1)),
    cpuShare: shares.map((share) => Number(share.toFixed(2))),
    imagesPerSecondOfFullCpu: durations.map((duration, step) =>
      Number(((1000 * batchSize) / (duration * (shares[step] ?? NaN))).toFixed(1)),
    ),
  }),
);
const table = [...times].sort(([, a], [, b]) => b.cpuMs - a.cpuMs);
for (const [name, { ms, cpuMs, calls }] of table.slice(0, 14)) {
  const perStep = [ms, cpuMs].map((time) => (time / steps).toFixed(1).padStart(8));
  console.log(`${name.padEnd(20)} ${perStep.join(' ms, CPU ')} ms a step, ${calls / steps} calls`);
}
ops.close();
