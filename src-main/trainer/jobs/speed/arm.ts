import { setImmediate } from 'node:timers/promises';
import { nameOfMethod } from '../../../../shared/method.ts';
import { everyStep } from '../../../../shared/methods/when.ts';
import type { PhaseMs } from '../../../../shared/metrics.ts';
import type { OptimizerConfig, RunConfig } from '../../../../shared/runConfig.ts';
import { doDataDecide } from '../../../../shared/speed.ts';
import { waitForInput } from '../../inputWait.ts';
import type { Run } from '../../run.ts';
import { runningSums } from '../../runningSums.ts';
import { takeStep } from '../../step.ts';
import type { StopRequest } from '../../stopRequest.ts';
import { weighted } from './weighted.ts';

/** One of the methods that are measured together. */
export interface Arm {
  readonly run: Run;
  /** As it was asked for. */
  readonly config: RunConfig;
  readonly name: string;
  /** Of the steps of a run of it that climb. */
  readonly climbingShare: number;
  /** 2 where steps that climb and such that do not are measured in turn, else 1: a turn's steps are as many of each. */
  readonly kinds: 1 | 2;
  /** What every turn before its timed steps needs besides, of each kind: a step whose phases are exact. */
  readonly sampledSteps: number;
  /**
   * Does the steps of a turn, one on each batch, the sampled ones first.
   * @returns milliseconds of a timed step, and of its phases, on average over a run.
   */
  turn(
    batches: readonly Int32Array[],
    sampledSteps: number,
  ): Promise<{ readonly stepMs: number; readonly phaseMs: PhaseMs }>;
}

/**
 * An arm whose steps do all of their work at learning rate 0: thousands of them on a few images would diverge, or bring the arms to weights
 * at which their selections differ.
 * Of a method of which only some steps climb those do in turn with the others, and each kind counts as much as its share of a run's steps: in
 * a few steps of the run itself there would be none, or too many.
 * @param open - opens a run of the configuration with its climbs as they are measured. @param config - as it was asked for.
 * @param share - of its steps that climb.
 */
export const openArm = (
  open: (asMeasured: RunConfig) => Run,
  config: RunConfig,
  share: number,
  stop: StopRequest,
): Arm => {
  const { optimizer } = config;
  const isFixed = share === 1 || doDataDecide(optimizer);
  const kinds = isFixed ? 1 : 2;
  const run = open({ ...config, optimizer: withClimbs(optimizer, share, kinds) });
  const { ops } = run;
  // A CPU's kernels have finished when they return, so that every step's phases are exact; to make a GPU's so costs time.
  const areExact = ops.device === 'CPU';
  const sums = runningSums(ops, false);
  let step = 0;
  return {
    run,
    config,
    name: nameOfMethod(optimizer),
    climbingShare: share,
    kinds,
    sampledSteps: areExact ? 0 : 1,
    async turn(batches, sampledSteps) {
      const taken = { timed: weighted(), sampled: weighted() };
      for (const [index, indices] of batches.entries()) {
        await setImmediate();
        const waitedMs = await waitForInput(run.train, stop);
        const isSampled = index < sampledSteps;
        const isWaitedFor = kinds === 2 || index === batches.length - 1; // so that each kind's time, or the turn's, is whole
        const climbs = kinds === 1 ? share > 0 : step % 2 === 0;
        const done = takeStep(run, indices, waitedMs, { step: ++step, learningRate: 0, isSampled, isWaitedFor }, sums);
        taken[isSampled ? 'sampled' : 'timed'].add(climbs, done);
      }
      sums.read(); // lets go of what waits to be read
      return {
        stepMs: taken.timed.stepMs(share),
        phaseMs: (areExact ? taken.timed : taken.sampled).phaseMs(share),
      };
    },
  };
};

/** The method with climbs in the first of so many steps; where the data decide, it still looks at them, but whatever they are, in every step or in none. */
const withClimbs = (optimizer: OptimizerConfig, share: number, interval: number): OptimizerConfig => {
  if (!('when' in optimizer)) return optimizer;
  const { when } = optimizer;
  if (when.name !== 'gradient-norm') return { ...optimizer, when: everyStep, interval };
  const deviations = share === 1 ? -farOff : farOff;
  return { ...optimizer, when: { ...when, lambda1: deviations, lambda2: deviations } };
};

/** More deviations than ‖g‖² is ever from its mean. */
const farOff = 1e6;
