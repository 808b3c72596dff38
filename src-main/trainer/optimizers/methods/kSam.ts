import type { ConfigOf } from '../../../../shared/methods/index.ts';
import type { Composition } from '../climb.ts';
import { largestLosses } from '../selection/largestLosses.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** K-SAM (Ni et al. 2022): SAM on the examples of largest loss. Costs F + γ·(2F + 2B). */
export const kSam = (parts: Parts, settings: ConfigOf<'k-sam'>): Composition => ({
  ...sam(parts, settings),
  examples: largestLosses(parts.training.ops, settings.gamma, settings.bnStatistics),
});
