import { z } from 'zod';
import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { perturb } from '../ascent/perturb.ts';
import type { Objective, Optimizer, StepReport } from '../objective.ts';
import type { Parts } from './parts.ts';
import { plainReport } from './sgd.ts';

const memorySchema = z.strictObject({ steps: z.number().int().min(0) });

/**
 * MSAM (Becker et al. 2024): gradient and weight decay at θ − ρ·v/‖v‖ with the momentum v of the step before (the minus is right: the
 * momentum points uphill, and the step went down), one pass in all. The first step has no momentum. Outside the step the parameters are θ.
 */
export const momentumSam = (
  { training, rule, schedule }: Omit<Parts, 'chances'>,
  { rho }: ConfigOf<'momentum-sam'>,
): Optimizer => {
  const { ops, state } = training;
  if (schedule.looksAt === 'gradient') throw new Error('MSAM never computes the gradient at θ.');
  let step = 0;

  const climbingStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const momentum = rule.momentum.map((tensor) => ops.reshape(tensor, tensor.shape));
    const { restore, gradientNorm, perturbationNorm, slope, perturbedTensors } = perturb(training, momentum, {
      radius: -rho,
      isNormalized: true,
      isAdaptive: false,
      isMoved: () => true,
    });
    const length = ops.multiply(perturbationNorm, ops.constant(-1));
    [gradientNorm, perturbationNorm, slope].forEach(ops.dispose);
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    // The tensors at θ − ρ·v/‖v‖ outlive the way back, since weight decay acts there.
    const above = state.parameters.map((tensor) => ops.reshape(tensor, tensor.shape));
    restore();
    rule.apply(here.gradients, learningRate, above);
    above.forEach(ops.dispose);
    return [{ ...plainReport(objective, here.losses), perturbedTensors, perturbationNorm: length }];
  };
  const plainStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    rule.apply(here.gradients, learningRate);
    return [plainReport(objective, here.losses)];
  };

  return {
    step(objective, learningRate) {
      const done = step++;
      // The schedule is asked in every step, so that its stream moves alike.
      const climbs = schedule.climbs(done);
      return climbs && done > 0 ? climbingStep(objective, learningRate) : plainStep(objective, learningRate);
    },
    memories: {
      rule: rule.memory,
      ascent: {
        tensors: {},
        data: () => ({ steps: step }),
        recall(data) {
          const memory = memorySchema.parse(data);
          return () => {
            step = memory.steps;
          };
        },
      },
      ...(schedule.memory !== null && { schedule: schedule.memory }),
    },
    dispose: rule.dispose,
  };
};
