import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { counted } from '../../../../shared/counted.ts';
import { imageSizeOf } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import { speedJob, type SpeedEvent, type SpeedInput } from '../../../../shared/jobs/speed.ts';
import { median } from '../../../../shared/median.ts';
import { mediansOf, type PhaseMs } from '../../../../shared/metrics.ts';
import { modelNameOf } from '../../../../shared/models.ts';
import { ratioOverRounds } from '../../../../shared/pairedRatio.ts';
import type { RunConfig } from '../../../../shared/runConfig.ts';
import {
  fewestProcesses,
  measuredShares,
  narrowHalfWidth,
  roundsPerProcess,
  speedBaseOf,
  widestOf,
  type SpeedArm,
} from '../../../../shared/speed.ts';
import { batchesOf } from '../../data/batches.ts';
import { randomStream } from '../../data/rng.ts';
import { openEngine } from '../../engine/engines.ts';
import { parameterCountOf } from '../../engine/network.ts';
import { networkOf } from '../../models/index.ts';
import { openRun, type Run } from '../../run.ts';
import type { StopRequest } from '../../stopRequest.ts';
import { job } from '../job.ts';
import { openArm, type Arm } from './arm.ts';

/** An arm's first steps allocate, compile and tune. */
const warmUpSteps = 3;
/** A turn takes about so long for the slowest arm: short, so that what disturbs the machine meets all arms of a round alike. */
const turnMs = 100;
const mostStepsPerTurn = 50;
interface Rounds {
  readonly arm: Arm;
  readonly stepMs: number[];
  readonly phaseMs: PhaseMs[];
}

/**
 * Measures the speed of several methods against each other in one process: each is warmed up, and then in each round every one does the
 * same steps, in an order drawn anew. It ends after a process's share of the rounds, where enough processes fit into the time allowed; else
 * when every interval is narrow, or when the time is up. The number of rounds is odd.
 */
export const speed = job(speedJob, async function* (input, stop) {
  const arms = openArms(input, stop);
  const share = {
    started: Infinity,
    now: () => Math.min(1, Math.max(0, performance.now() - share.started) / input.limitMs),
  };
  const progressed = (message: string): SpeedEvent => ({
    type: 'progressed',
    progress: { message, share: share.now() },
  });
  const [first] = arms;
  if (first === undefined) throw new Error('There is nothing to measure.');
  const nextBatches = batchSource(first.run);
  /** Of each kind of step there are as many. */
  const kinds = Math.max(...arms.map((arm) => arm.kinds));
  const sampledSteps = kinds * first.sampledSteps;

  let slowestMs = 0;
  for (const arm of arms) {
    yield progressed(`Warming up ${arm.name}`);
    const steps = async (count: number): Promise<number> => {
      const batches = nextBatches(sampledSteps + count);
      first.run.train.prepare(batches, first.run.augmentation);
      return (await arm.turn(batches, sampledSteps)).stepMs;
    };
    await steps(warmUpSteps);
    if (input.stepsPerRound === null) slowestMs = Math.max(slowestMs, await steps(kinds));
  }
  const ofEachKind = Math.max(1, Math.round(Math.min(mostStepsPerTurn, turnMs / slowestMs) / kinds));
  const stepsPerRound = input.stepsPerRound ?? kinds * ofEachKind;

  const measured: readonly Rounds[] = arms.map((arm) => ({ arm, stepMs: [], phaseMs: [] }));
  const order = randomStream(0, 'shuffle');
  share.started = performance.now();
  const round = async (): Promise<void> => {
    const batches = nextBatches(sampledSteps + stepsPerRound);
    const inOrder = [...order.permutation(measured.length)].flatMap((index) => measured[index] ?? []);
    first.run.train.prepare(
      inOrder.flatMap(() => batches),
      first.run.augmentation,
    );
    for (const { arm, stepMs, phaseMs } of inOrder) {
      const turn = await arm.turn(batches, sampledSteps);
      stepMs.push(turn.stepMs);
      phaseMs.push(turn.phaseMs);
    }
  };
  await round();
  const startMs = share.started; // counted from the start of the process
  const shareMs = startMs + roundsPerProcess * (performance.now() - share.started);
  const isShare = input.stepsPerRound !== null || (arms.length > 1 && fewestProcesses * shareMs <= input.limitMs);
  let rounds = 1;
  let width = Infinity;
  // A share is whole whatever it takes: a measurement's processes have done as many rounds each.
  while (isShare ? rounds < roundsPerProcess : share.now() < 1 && width > narrowHalfWidth) {
    await round();
    await round();
    rounds += 2;
    if (!isShare && rounds >= roundsPerProcess) width = widestInProcess(measured);
    const known = width === Infinity ? '' : `; intervals up to ± ${(100 * width).toFixed(1)} %`;
    yield progressed(`${rounds} rounds of ${counted(stepsPerRound, 'step')}${known}`);
  }
  yield {
    type: 'measured',
    ...{ isShare, startMs, roundsMs: performance.now() - share.started },
    measurement: {
      at: new Date().toISOString(),
      base: speedBaseOf(first.run.config),
      arms: armsIn(measured),
      ...{ processes: 1, stepsPerRound },
      endedBy: width > narrowHalfWidth ? 'limit' : 'narrow',
      limitMs: input.limitMs,
      environment: first.run.environment,
    },
  };
});

const widestInProcess = (measured: readonly Rounds[]): number =>
  widestOf(armsIn(measured), (arm, baseline) => ratioOverRounds(baseline.roundMs, arm.roundMs));

const armsIn = (measured: readonly Rounds[]): SpeedArm[] =>
  measured.map(({ arm, stepMs, phaseMs }) => ({
    ...{ optimizer: arm.config.optimizer, climbingShare: arm.climbingShare },
    ...{ roundMs: stepMs, stepMs: median(stepMs), phaseMs: mediansOf(phaseMs) },
  }));

/** The first one's run holds the examples for all. */
const openArms = (input: SpeedInput, stop: StopRequest): Arm[] => {
  const { configs, dataset, datasetFolder, bindingPath, labVersion } = input;
  const [firstConfig] = configs;
  if (firstConfig === undefined) return [];
  const ops = openEngine(firstConfig.device, bindingPath);
  if (ops.device === 'CPU') refuseTooLarge(firstConfig, configs.flatMap(measuredShares).length, dataset);
  const arms: Arm[] = [];
  for (const config of configs) {
    const open = (inTurn: RunConfig): Run =>
      openRun(ops, inTurn, dataset, datasetFolder, labVersion, arms[0]?.run ?? null);
    for (const share of measuredShares(config)) arms.push(openArm(open, config, share, stop));
  }
  return arms;
};

/**
 * Parameters and momentum of every arm lie in memory at once, beside one's gradients, perturbed and next parameters: that a machine cannot
 * hold so much is said, before the system ends whatever it likes.
 */
const refuseTooLarge = (config: RunConfig, arms: number, dataset: SpeedInput['dataset']): void => {
  const [height, width] = imageSizeOf(dataset, config.augmentation);
  const parameters = parameterCountOf(
    networkOf(config.model, [height, width, dataset.channels], dataset.classNames.length),
  );
  const needed = 4 * parameters * (2 * arms + 3);
  if (needed <= totalmem()) return;
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;
  throw new LabError(
    'CONFIG_INVALID',
    `${arms} methods on ${modelNameOf(config.model)}, measured together, need about ${gigabytes(needed)} of memory; this machine has ${gigabytes(totalmem())}. Choose a smaller network or fewer methods.`,
  );
};

/** Gives batches of full size (of all examples, where there are not so many), in one random order after another. */
const batchSource = ({ train, shuffle, config: { batchSize } }: Run) => {
  const left: Int32Array[] = [];
  return (count: number): Int32Array[] => {
    while (left.length < count)
      left.push(...batchesOf(shuffle.permutation(train.count), batchSize, train.count >= batchSize));
    return left.splice(0, count);
  };
};
