import type { ConfigOf } from '../../../../shared/methods/index.ts';
import type { Composition } from '../climb.ts';
import { weighingSharpness } from '../descent/wsam.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** WSAM (Yue et al. 2023): SAM whose sharpness h − g has a weight of its own. */
export const wsam = (parts: Parts, settings: ConfigOf<'wsam'>): Composition => ({
  ...sam(parts, settings),
  descent: weighingSharpness(parts.training, parts.rule, {
    gamma: settings.sharpnessWeight,
    coupled: settings.coupled,
  }),
});
