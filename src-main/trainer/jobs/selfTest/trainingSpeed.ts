import { setImmediate } from 'node:timers/promises';
import { median } from '../../../../shared/median.ts';
import type { SelfTestSpeed } from '../../../../shared/selfTest.ts';
import { plainRule, type ModelId } from '../../../../shared/runConfig.ts';
import { randomStream } from '../../data/rng.ts';
import { activeNow } from '../../activeClock.ts';
import { rolesOf, type Network } from '../../engine/network.ts';
import type { Ops } from '../../engine/ops.ts';
import { disposeState, initialState } from '../../initialState.ts';
import { batchObjective, type Passes } from '../../batchObjective.ts';
import { optimizerOf } from '../../optimizers/index.ts';
import { phaseClock } from '../../phaseClock.ts';
import { disposeReports } from '../../stepRecord.ts';
import { disposeBatch, randomBatch } from './randomTensors.ts';

/** Steps that allocate, compile and tune. */
const warmUpSteps = 1;

/** Of whole SGD steps: forward, gradient of the activations, gradient of the parameters. */
export const stepGflop = ({ macs }: Network, batchSize: number): number => (2 * 3 * macs * batchSize) / 1e9;

/** Times SGD steps of a model on random images. Yields after each step, also a warm-up. */
export async function* trainingSpeed(
  ops: Ops,
  passes: Passes,
  model: ModelId,
  network: Network,
  batchSize: number,
  steps: number,
): AsyncGenerator<void, SelfTestSpeed> {
  const batch = randomBatch(ops, randomStream(0, 'augmentation'), network.inputShape, network.classes, batchSize);
  const state = initialState(ops, network, randomStream(0, 'weights'));
  const clock = phaseClock(ops);
  const stream = randomStream(0, 'mask');
  const extent = { epochs: 1, stepsPerEpoch: steps };
  const rule = { name: 'sgd', learningRate: 0.01, momentum: 0.9, weightDecay: 1e-3, ...plainRule } as const;
  const optimizer = optimizerOf({ ops, state, roles: rolesOf(network), clock, extent }, rule, {
    ...stream,
    schedule: stream,
    direction: stream,
  });
  const objective = batchObjective(ops, network, state, batch, 0, clock, () => undefined, passes);
  const durations: number[] = [];
  for (let step = 0; step < warmUpSteps + steps; step++) {
    await setImmediate();
    const start = activeNow();
    const reports = optimizer.step(objective, rule.learningRate);
    ops.synchronize();
    if (step >= warmUpSteps) durations.push(activeNow() - start);
    disposeReports(ops, reports);
    yield;
  }
  optimizer.dispose();
  disposeState(ops, state);
  disposeBatch(ops, batch);
  const seconds = median(durations) / 1000;
  return {
    model,
    batchSize,
    macs: network.macs,
    imagesPerSecond: batchSize / seconds,
    gflops: stepGflop(network, batchSize) / seconds,
  };
}
