import { setImmediate } from 'node:timers/promises';
import { nameOfMethod } from '../../../../shared/method.ts';
import { phases, type PhaseMs } from '../../../../shared/metrics.ts';
import { waitForInput } from '../../inputWait.ts';
import { noPhaseMs } from '../../phaseClock.ts';
import type { Run } from '../../run.ts';
import { runningSums } from '../../runningSums.ts';
import { takeStep } from '../../step.ts';
import type { StopRequest } from '../../stopRequest.ts';

/** One of the methods that are measured together. */
export interface Arm {
  readonly run: Run;
  readonly name: string;
  /** What every turn before its timed steps needs besides: a step whose phases are exact. */
  readonly sampledSteps: number;
  /**
   * Does the steps of a turn, one on each batch, the sampled ones first.
   * @returns milliseconds of a timed step, and of its phases.
   */
  turn(batches: readonly Int32Array[]): Promise<{ readonly stepMs: number; readonly phaseMs: PhaseMs }>;
}

/**
 * An arm whose steps do all of their work at learning rate 0: thousands of them on a few images would diverge, or bring the arms to weights
 * at which their selections differ.
 */
export const openArm = (run: Run, stop: StopRequest): Arm => {
  const { config, ops } = run;
  const name = nameOfMethod(config.optimizer);
  // A CPU's kernels have finished when they return, so that every step's phases are exact; to make a GPU's so costs time.
  const sampledSteps = ops.device === 'CPU' ? 0 : 1;
  const sums = runningSums(ops, false);
  let step = 0;
  return {
    run,
    name,
    sampledSteps,
    async turn(batches) {
      const phaseMs = noPhaseMs();
      const timed = batches.length - sampledSteps;
      let ms = 0;
      for (const [index, indices] of batches.entries()) {
        await setImmediate();
        const waitedMs = await waitForInput(run.train, stop);
        const isSampled = index < sampledSteps;
        const isWaitedFor = index === batches.length - 1; // so that the turn's time is whole
        const taken = takeStep(run, indices, waitedMs, { step: ++step, learningRate: 0, isSampled, isWaitedFor }, sums);
        if (!isSampled) ms += taken.durationMs;
        const share = sampledSteps === 0 ? 1 / timed : isSampled ? 1 / sampledSteps : 0;
        for (const phase of phases) phaseMs[phase] += share * taken.phaseMs[phase];
      }
      sums.read(); // lets go of what waits to be read
      return { stepMs: ms / timed, phaseMs };
    },
  };
};
