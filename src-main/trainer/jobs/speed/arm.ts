import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../../shared/errors.ts';
import { nameOfMethod } from '../../../../shared/method.ts';
import { phases, type PhaseMs } from '../../../../shared/metrics.ts';
import { waitForInput } from '../../inputWait.ts';
import { learningRateAt } from '../../optimizers/index.ts';
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
   * @throws LabError CONFIG_INVALID where the loss is not finite any more: such numbers are not computed at the usual speed.
   */
  turn(batches: readonly Int32Array[]): Promise<{ readonly stepMs: number; readonly phaseMs: PhaseMs }>;
}

/** An arm that trains with the learning rate of its first epoch. */
export const openArm = (run: Run, stop: StopRequest): Arm => {
  const { config, ops } = run;
  const learningRate = learningRateAt(config.schedule, config.optimizer.learningRate, 1, config.epochs);
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
        const taken = takeStep(run, indices, waitedMs, { step: ++step, learningRate, isSampled, isWaitedFor }, sums);
        if (!isSampled) ms += taken.durationMs;
        const share = sampledSteps === 0 ? 1 / timed : isSampled ? 1 / sampledSteps : 0;
        for (const phase of phases) phaseMs[phase] += share * taken.phaseMs[phase];
      }
      if (sums.read() !== null) {
        throw new LabError(
          'CONFIG_INVALID',
          `${name} diverged while its speed was measured: the loss was not finite. Lower its learning rate.`,
        );
      }
      return { stepMs: ms / timed, phaseMs };
    },
  };
};
