import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { awayFromMean } from '../ascent/friendly.ts';
import type { Composition } from '../climb.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** F-SAM (Li et al. 2024): SAM along what the gradient has beside the mean of earlier ones. */
export const friendly = (parts: Parts, settings: ConfigOf<'friendly'>): Composition => ({
  ...sam(parts, settings),
  direction: awayFromMean(parts.training, settings),
});
