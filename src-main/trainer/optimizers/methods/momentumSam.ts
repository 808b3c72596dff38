import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { againstMomentum } from '../ascent/blind.ts';
import { everything } from '../ascent/moves.ts';
import { onePass } from '../onePass.ts';
import type { Optimizer } from '../objective.ts';
import type { Parts } from './parts.ts';

/**
 * MSAM (Becker et al. 2024): gradient and weight decay at θ − ρ·v/‖v‖ with the momentum v of the step before, one pass in all. The first
 * step has no momentum. Outside the step the parameters are θ.
 */
export const momentumSam = (parts: Omit<Parts, 'chances'>, { rho }: ConfigOf<'momentum-sam'>): Optimizer =>
  onePass(parts, {
    direction: againstMomentum(parts.training, parts.rule),
    ...{ moves: everything, radiusAt: () => rho, isAdaptive: false, decaysAbove: true },
  });
