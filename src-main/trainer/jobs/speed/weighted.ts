import { phases, type PhaseMs } from '../../../../shared/metrics.ts';
import { noPhaseMs } from '../../phaseClock.ts';
import type { StepTaken } from '../../step.ts';

type Times = Pick<StepTaken, 'durationMs' | 'phaseMs'>;

/**
 * Steps that climb and such that do not, and what a run's step takes on average, where this share of its steps climb. Where it is neither 0 nor
 * 1, there have to be some of each.
 */
export const weighted = () => {
  const [climbing, plain]: [Times[], Times[]] = [[], []];
  const mean = (share: number, of: (step: Times) => number): number =>
    [climbing, plain].reduce((sum, steps, index) => {
      const weight = index === 0 ? share : 1 - share;
      return sum + steps.reduce((total, step) => total + (weight * of(step)) / steps.length, 0);
    }, 0);
  return {
    add: (climbs: boolean, step: Times): void => void (climbs ? climbing : plain).push(step),
    stepMs: (share: number): number => mean(share, ({ durationMs }) => durationMs),
    phaseMs(share: number): PhaseMs {
      const phaseMs = noPhaseMs();
      for (const phase of phases) phaseMs[phase] = mean(share, (step) => step.phaseMs[phase]);
      return phaseMs;
    },
  };
};
