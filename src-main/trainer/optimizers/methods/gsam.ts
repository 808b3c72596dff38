import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { radiusOf } from '../ascent/radius.ts';
import type { Composition } from '../climb.ts';
import { againstOrthogonal } from '../descent/gsam.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** GSAM (Zhuang et al. 2022): SAM that also narrows the gap between the losses at θ+ε and θ; ρ may follow the learning rate. */
export const gsam = (parts: Parts, settings: ConfigOf<'gsam'>): Composition => ({
  ...sam(parts, settings),
  descent: againstOrthogonal(parts.training, parts.rule, settings.alpha),
  radiusAt: radiusOf(settings),
});
