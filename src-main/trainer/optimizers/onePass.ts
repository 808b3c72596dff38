import { z } from 'zod';
import type { BlindDirection } from './ascent/blind.ts';
import type { Moves } from './ascent/moves.ts';
import { perturb } from './ascent/perturb.ts';
import { onlyOf } from './gradients.ts';
import type { Parts } from './methods/parts.ts';
import { plainReport } from './methods/sgd.ts';
import type { Objective, Optimizer, StepReport } from './objective.ts';

const memorySchema = z.strictObject({ steps: z.number().int().min(0) });

/** A method whose climbs need no pass at θ. */
export interface OnePass {
  readonly direction: BlindDirection;
  readonly moves: Moves;
  /** ‖ε‖ at a learning rate. */
  radiusAt(learningRate: number): number;
  /** ASAM's |θ|-scaled neighbourhood. */
  readonly isAdaptive: boolean;
  /** Weight decay acts at θ+ε in place of θ. */
  readonly decaysAbove: boolean;
}

/** Its optimizer: climb, the only pass at θ+ε, way back, descent. Losses are those at θ+ε: at θ there are none. */
export const onePass = (
  { training, rule, schedule }: Omit<Parts, 'chances'>,
  { direction, moves, radiusAt, isAdaptive, decaysAbove }: OnePass,
): Optimizer => {
  const { ops, state } = training;
  if (schedule.looksAt === 'gradient') throw new Error('A method of one pass never computes the gradient at θ.');
  let step = 0;

  const climbingStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const mask = moves.choose();
    const directions = direction.next(step - 1);
    if (directions === null) return plainStep(objective, learningRate);
    const isMoved = (parameter: number): boolean => mask === null || mask[parameter] === true;
    const climbed = perturb(training, onlyOf(ops, directions, isMoved), {
      ...{ radius: radiusAt(learningRate), isNormalized: true, isAdaptive, isMoved },
    });
    const { restore, gradientNorm, perturbationNorm, slope, perturbedTensors } = climbed;
    [gradientNorm, slope].forEach(ops.dispose); // of the direction, which is no gradient here
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    // The tensors at θ+ε outlive the way back where weight decay acts there.
    const above = decaysAbove ? state.parameters.map((tensor) => ops.reshape(tensor, tensor.shape)) : [];
    restore();
    direction.seen(here.gradients);
    rule.apply(here.gradients, learningRate, decaysAbove ? above : undefined);
    above.forEach(ops.dispose);
    return [{ ...plainReport(objective, here.losses), perturbedTensors, perturbationNorm }];
  };
  const plainStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    direction.seen(here.gradients);
    rule.apply(here.gradients, learningRate);
    return [plainReport(objective, here.losses)];
  };

  return {
    step(objective, learningRate) {
      // The schedule is asked in every step, so that its stream moves alike.
      const climbs = schedule.climbs(step++);
      return climbs ? climbingStep(objective, learningRate) : plainStep(objective, learningRate);
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
      ...(direction.memory !== null && { direction: direction.memory }),
    },
    dispose() {
      direction.dispose();
      rule.dispose();
    },
  };
};
