import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { movingMean } from '../ascent/movingMean.ts';
import type { Composition } from '../climb.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** VaSSO (Li and Giannakis 2023): SAM along a moving mean of the gradients. */
export const vasso = (parts: Parts, settings: ConfigOf<'vasso'>): Composition => ({
  ...sam(parts, settings),
  direction: movingMean(parts.training, settings.theta),
});
