import { performance } from 'node:perf_hooks';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import { rolesOf } from '../../src-main/trainer/engine/network.ts';
import type { Tensor } from '../../src-main/trainer/engine/ops.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { initialState } from '../../src-main/trainer/initialState.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { optimizerOf } from '../../src-main/trainer/optimizers/index.ts';
import { phaseClock } from '../../src-main/trainer/phaseClock.ts';
import { runningSums } from '../../src-main/trainer/runningSums.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { median } from './median.ts';
import { methods } from './steps.ts';

/** As in training: what has been added up is read every so many steps. */
const stepsPerRead = 10;

/**
 * What the measurements that need no further pass cost: after each whole step of ResNet-18 its report is summed up without and with them,
 * in turn, and both are read as often as in training.
 * @param repeats - blocks of so many steps as there are between two readings, each with one reading; a further one fills caches.
 * @returns by method, the time that they add as a share of the steps': of a block, readings included, the median over the blocks, so that
 * what disturbs the machine meets both alike.
 */
export const measureFreeMeasurements = async (batchSize: number, repeats: number): Promise<object> => {
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(found.reason);
  const ops = tensorflowOps(found.bindingPath, { ownKernels: true });
  const network = networkOf('resnet18', [32, 32, 3], 10);
  const random = randomStream(0, 'augmentation');
  const size = batchSize * 32 * 32 * 3;
  const images = ops.upload(
    Float32Array.from({ length: size }, () => random.normal()),
    [batchSize, 32, 32, 3],
  );
  const narrow = ops.upload(
    Int32Array.from({ length: batchSize }, () => random.integer(10)),
    [batchSize],
  );
  const batch = { images, labels: ops.cast(narrow, 'int64') };
  const training = { training: ops, ranking: ops, microBatch: null };

  const shareOf = (config: (typeof methods)[string]): number => {
    const [clock, mask] = [phaseClock(ops), randomStream(0, 'mask')];
    const state = initialState(ops, network, randomStream(0, 'weights'));
    const extent = { epochs: 1, stepsPerEpoch: (1 + repeats) * stepsPerRead };
    const optimizer = optimizerOf({ ops, state, roles: rolesOf(network), clock, extent }, config, {
      ...{ ...mask, schedule: mask, direction: mask },
    });
    const hits: Tensor[] = [];
    const objective = batchObjective(
      ...([ops, network, state, batch, 0, clock] as const),
      (logits, labels) => hits.push(ops.isCorrect(logits, labels)),
      training,
    );
    const sums = [runningSums(ops, false), runningSums(ops, true)] as const;
    const shares: number[] = [];
    let block = { stepMs: 0, addedMs: 0 };
    for (let step = 1; step <= (1 + repeats) * stepsPerRead; step++) {
      const start = performance.now();
      const reports = optimizer.step(objective, config.learningRate);
      ops.synchronize();
      const stepMs = performance.now() - start;
      const parts = reports.flatMap((report, part) => {
        const right = hits[part];
        return right === undefined ? [] : [{ report, hits: right }];
      });
      const timed = (sum: (typeof sums)[number]): number => {
        const from = performance.now();
        sum.add(step, parts);
        if (step % stepsPerRead === 0) sum.read();
        ops.synchronize();
        return performance.now() - from;
      };
      // Of two steps, and of two readings, each goes first once.
      const isEven = (step + Math.floor(step / stepsPerRead)) % 2 === 0;
      const [without, withThem] = isEven
        ? [timed(sums[0]), timed(sums[1])]
        : [timed(sums[1]), timed(sums[0])].reverse();
      block = {
        stepMs: block.stepMs + stepMs,
        addedMs: block.addedMs + (withThem ?? NaN) - (without ?? NaN),
      };
      if (step % stepsPerRead === 0) {
        shares.push(block.addedMs / block.stepMs);
        block = { stepMs: 0, addedMs: 0 };
      }
      hits.splice(0).forEach(ops.dispose);
      disposeReports(ops, reports);
    }
    optimizer.dispose();
    return Number(median(shares.slice(1)).toFixed(5));
  };
  const of = (name: string): number => {
    const config = methods[name];
    if (config === undefined) throw new Error(`There is no method ${name} in this bench.`);
    return shareOf(config);
  };
  return { freeMeasurements: { sam: of('sam'), esam: of('esam'), esamLoss: of('esamLoss') } };
};
