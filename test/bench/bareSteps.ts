import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { TrainingEvent } from '../../shared/jobs/train.ts';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import { batchesOf } from '../../src-main/trainer/data/batches.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { openRun, type Run } from '../../src-main/trainer/run.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { train } from '../../src-main/trainer/train.ts';
import { median } from './median.ts';
import { overheadConfig } from './overhead.ts';

/** Wall-clock and processor time of some work, in milliseconds. */
interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}
const noCost: Cost = { ms: 0, cpuMs: 0 };
const plus = (a: Cost, b: Cost): Cost => ({ ms: a.ms + b.ms, cpuMs: a.cpuMs + b.cpuMs });

const costOf = async (work: () => unknown): Promise<Cost> => {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
};

/** Nothing but input and optimizer steps, epoch after epoch: no counter, no reading, no event. */
const bareSteps = ({ config, ops, network, state, optimizer, clock, passes, ...run }: Run) => {
  const { batchSize, dropLast, labelSmoothing } = config;
  let batches: Int32Array[] = [];
  return (count: number): void => {
    for (let step = 0; step < count; step++) {
      if (batches.length === 0) batches = batchesOf(run.shuffle.permutation(run.train.count), batchSize, dropLast);
      const batch = run.train.batch(batches.shift() ?? new Int32Array(0), run.augmentation);
      const objective = batchObjective(ops, network, state, batch, labelSmoothing, clock, () => undefined, passes);
      disposeReports(ops, optimizer.step(objective, config.optimizer.learningRate));
      ops.dispose(batch.images);
      ops.dispose(batch.labels);
    }
    ops.synchronize();
  };
};

/**
 * The trainer's own loop and bare steps of the same run in one process, in turn: after each report of the loop (every few steps), as many
 * bare steps, so that both meet the same machine, however busy it is. The first epoch fills caches.
 * @param workspaceFolder - of a lab that is closed.
 * @returns milliseconds of a bare step, and the wall-clock and processor time of the loop's steps (counters, readings and events
 * included) over that of the bare ones; medians over epochs.
 */
export const compareWithBareSteps = async (
  workspaceFolder: string,
): Promise<{ bareMs: number; ratio: number; cpuRatio: number }> => {
  const library = openLibrary(join(workspaceFolder, 'datasets'));
  const { id } = overheadConfig.dataset;
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(found.reason);
  const ops = tensorflowOps(found.bindingPath, { ownKernels: true });
  const open = (): Run => openRun(ops, overheadConfig, library.get(id), library.folderOf(id), 'bench');
  const loop = train(open(), { when: null });
  const bare = bareSteps(open());
  const epochs: { readonly loop: Cost; readonly bare: Cost; readonly steps: number }[] = [];
  let epoch = { loop: noCost, bare: noCost, steps: 0 };
  for (let isDone = false; !isDone;) {
    let event: TrainingEvent | undefined;
    const cost = await costOf(async () => {
      const next = await loop.next();
      event = next.done === true ? undefined : next.value;
    });
    isDone = event === undefined;
    if (event?.type === 'progress' && event.epochStep > epoch.steps) {
      const steps = event.epochStep - epoch.steps;
      const bareCost = await costOf(() => bare(steps));
      epoch = { loop: plus(epoch.loop, cost), bare: plus(epoch.bare, bareCost), steps: event.epochStep };
    }
    if (event?.type === 'epochFinished') {
      epochs.push(epoch);
      epoch = { loop: noCost, bare: noCost, steps: 0 };
    }
  }
  const warm = epochs.slice(1);
  return {
    bareMs: median(warm.map(({ bare: { ms }, steps }) => ms / steps)),
    ratio: median(warm.map((each) => each.loop.ms / each.bare.ms)),
    cpuRatio: median(warm.map((each) => each.loop.cpuMs / each.bare.cpuMs)),
  };
};
