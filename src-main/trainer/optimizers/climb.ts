import { z } from 'zod';
import type { Tensor } from '../engine/ops.ts';
import { alongGradient, type Direction } from './ascent/direction.ts';
import type { Mask, Moves } from './ascent/moves.ts';
import { perturb } from './ascent/perturb.ts';
import type { Descent } from './descent/descent.ts';
import { addShare, normOf, onlyOf, shared, squaredNormOf, type Gradients } from './gradients.ts';
import { plainReport } from './methods/sgd.ts';
import type { Objective, Optimizer, StepReport, OptimizerContext, UpdateRule } from './objective.ts';
import type { Schedule } from './schedule/index.ts';
import type { Examples } from './selection/examples.ts';

/** A method that climbs before it descends: a choice on each of five axes. */
export interface Composition {
  readonly schedule: Schedule;
  readonly direction: Direction;
  readonly moves: Moves;
  readonly examples: Examples;
  readonly descent: Descent;
  /** ‖ε‖ at a learning rate, or what ε is of the gradient where it is not normalised. */
  radiusAt(learningRate: number): number;
  /** What divides the gradient: its norm over the tensors that move, nothing, or its norm over all (which pays for all gradients). */
  readonly norm: 'moved' | 'none' | 'all';
  /** ASAM's |θ|-scaled neighbourhood. */
  readonly isAdaptive: boolean;
  /** m of m-sharpness: examples of a sub-batch that climbs by itself; null = the whole batch. */
  readonly partSize: number | null;
}

/** Steps done, where not every one climbs, and the mask of tensors drawn for the next climb; null = all. */
const memorySchema = z.strictObject({
  steps: z.number().int().min(0),
  mask: z.array(z.boolean()).readonly().nullable(),
});

/** The first pass: losses of the examples that it saw, and of all where they were ranked before. */
interface Here {
  readonly gradients: Gradients;
  readonly losses: Tensor;
  readonly kept: Tensor | null;
  readonly lossesBefore: Tensor;
}

/** A sub-batch's gradients, each with the number of examples whose mean loss it is of, and what was done to get them. */
interface Part {
  readonly here: Gradients | null;
  readonly examplesHere: number;
  readonly above: Gradients;
  readonly report: StepReport;
}

/** The optimizer that a composition is: first pass at θ, climb, passes at θ+ε, way back, descent. */
export const climbing = (training: OptimizerContext, rule: UpdateRule, method: Composition): Optimizer => {
  const { ops, clock } = training;
  const { schedule, direction, moves, examples, descent } = method;
  let step = 0;

  /** @param mask - of the climb that follows in any case; null = all tensors move, or it is not known. */
  const firstPass = (
    objective: Objective,
    isWanted: ((parameter: number) => boolean) | null,
    mask: Mask | null = null,
  ): Here => {
    const { kept, losses } = examples.before(objective);
    const here = objective.gradients({
      pass: 'first',
      statistics: examples.firstStatistics,
      ...(isWanted !== null && { isWanted }),
      ...(kept !== null && { kept }),
      ...(mask !== null &&
        examples.again !== null && { next: { ...examples.again, isMoved: (parameter) => mask[parameter] === true } }),
    });
    return { ...here, kept, lossesBefore: losses ?? here.losses };
  };

  /** From the gradient at θ, which it consumes, to that at θ+ε, and back. */
  const ascend = (objective: Objective, here: Here, mask: Mask | null, learningRate: number): Part => {
    const isChosen = (parameter: number): boolean => mask === null || mask[parameter] === true;
    const kept = descent.readsHere ? shared(ops, here.gradients) : null;
    const examplesHere = here.losses.shape[0] ?? 0;
    const moving = method.norm === 'all' ? here.gradients : onlyOf(ops, here.gradients, isChosen);
    const ownNorm = direction === alongGradient ? null : normOf(ops, moving);
    const { restore, ...climbed } = perturb(training, direction.of(moving), {
      radius: method.radiusAt(learningRate),
      isNormalized: method.norm !== 'none',
      isAdaptive: method.isAdaptive,
      isMoved: isChosen,
    });
    // ε·∇L(θ) follows from the climb only where it goes along the gradient.
    if (ownNorm !== null) [climbed.gradientNorm, climbed.slope].forEach(ops.dispose);
    const above = examples.above(objective, here.losses, here.kept);
    restore();
    if (here.losses !== here.lossesBefore) ops.dispose(here.losses);
    return {
      here: kept,
      examplesHere,
      above: above.gradients,
      report: {
        ...climbed,
        gradientNorm: ownNorm ?? climbed.gradientNorm,
        slope: ownNorm === null ? climbed.slope : null,
        lossesBefore: here.lossesBefore,
        lossesAfter: above.losses,
        keptExamples: above.losses.shape[0] ?? 0,
        sharpness: above.sharpness,
        kept: above.kept,
      },
    };
  };

  /** The mean of sub-batches' gradients over all examples that they are of; consumes them. */
  const meanGradients = (
    parts: readonly Part[],
    of: (part: Part) => Gradients,
    examplesOf: (part: Part) => number,
  ): Gradients => {
    const [first, ...others] = parts;
    if (first === undefined) throw new Error('A step needs examples.');
    if (others.length === 0) return of(first);
    const total = parts.reduce((sum, part) => sum + examplesOf(part), 0);
    return clock.measure('update', () =>
      parts.reduce<Gradients>((sum, part) => addShare(ops, sum, of(part), examplesOf(part) / total), []),
    );
  };

  const descend = (parts: readonly Part[], learningRate: number): readonly StepReport[] => {
    const ofHere = (part: Part): Gradients => part.here ?? [];
    const here = descent.readsHere ? meanGradients(parts, ofHere, (part) => part.examplesHere) : null;
    const above = meanGradients(
      parts,
      (part) => part.above,
      ({ report }) => report.keptExamples,
    );
    descent.after(here, above, learningRate);
    moves.climbed();
    return parts.map(({ report }) => report);
  };

  const plainStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    descent.without(here.gradients, learningRate);
    return [plainReport(objective, here.losses)];
  };

  /** Climbs whatever the gradient at θ is. */
  const climbingStep = (objective: Objective, learningRate: number): readonly StepReport[] => {
    const mask = moves.choose();
    const needsAll = mask === null || method.norm === 'all' || descent.readsHere;
    const parts: Part[] = [];
    const ascendIn = (part: Objective): void => {
      const here = firstPass(part, needsAll ? null : (parameter) => mask[parameter] === true, mask);
      parts.push(ascend(part, here, mask, learningRate));
    };
    const m = method.partSize;
    if (m === null || m >= objective.examples) ascendIn(objective);
    else objective.forEachPart(m, ascendIn);
    return descend(parts, learningRate);
  };

  /** Decides by the gradient at θ, so that it has to be that of all tensors. */
  const decidingStep = (
    objective: Objective,
    learningRate: number,
    climbs: (squaredNorm: number) => boolean,
  ): readonly StepReport[] => {
    const here = firstPass(objective, null);
    const squared = squaredNormOf(ops, here.gradients);
    const [squaredNorm = NaN] = ops.download(squared);
    ops.dispose(squared);
    if (climbs(squaredNorm)) return descend([ascend(objective, here, moves.choose(), learningRate)], learningRate);
    descent.without(here.gradients, learningRate);
    return [plainReport(objective, here.losses)];
  };

  return {
    step(objective, learningRate) {
      const done = step++;
      if (schedule.looksAt === 'gradient')
        return decidingStep(objective, learningRate, (squaredNorm) => schedule.climbs(done, squaredNorm));
      return schedule.climbs(done) ? climbingStep(objective, learningRate) : plainStep(objective, learningRate);
    },
    memories: {
      rule: rule.memory,
      ascent: {
        tensors: {},
        data: () => ({ steps: step, mask: moves.kept() }),
        recall(data) {
          const memory = memorySchema.parse(data);
          return () => {
            step = memory.steps;
            moves.recall(memory.mask);
          };
        },
      },
      ...(schedule.memory !== null && { schedule: schedule.memory }),
      ...(direction.memory !== null && { direction: direction.memory }),
      ...(descent.memory !== null && { descent: descent.memory }),
    },
    dispose() {
      direction.dispose();
      descent.dispose();
    },
  };
};
