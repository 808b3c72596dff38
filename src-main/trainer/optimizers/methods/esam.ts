import type { EsamConfig } from '../../../../shared/runConfig.ts';
import { tensorShare } from '../ascent/moves.ts';
import type { Composition } from '../climb.ts';
import { rising } from '../selection/rising.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

const norms = { 'masked-norm': 'moved', unnormalized: 'none', 'full-norm': 'all' } as const;

/**
 * ESAM (Du et al. 2022, Alg. 1). Stochastic weight perturbation: only tensors chosen with probability β get a gradient and a
 * perturbation of radius ρ/β. Sharpness-sensitive data selection: the update uses the ⌊γB⌋ examples whose loss rose most.
 * Costs F + B_in + β·B_w, a forward pass to rank (where Δ ranks and γ < 1), and γ·(F + B).
 */
export const esam = (parts: Parts, settings: EsamConfig): Composition => {
  const { training, chances } = parts;
  const tensors = training.state.parameters.length;
  return {
    ...sam(parts, settings),
    moves: tensorShare(tensors, settings.beta, chances.uniform, settings.maskDrawn === 'after-step'),
    examples: rising(training, settings, chances.subset),
    radiusAt: () => settings.rho / settings.beta,
    norm: norms[settings.perturbation],
  };
};
