import type { ConfigOf } from '../../../../shared/methods/index.ts';
import type { Composition } from '../climb.ts';
import { reusingPart } from '../descent/lookSam.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** LookSAM (Liu et al. 2022): SAM, whose steps between two climbs reuse what the climb added to the gradient. */
export const lookSam = (parts: Parts, settings: ConfigOf<'looksam'>): Composition => {
  const climbsAlways = settings.interval === 1 && settings.when.name === 'every';
  return { ...sam(parts, settings), descent: reusingPart(parts.training, parts.rule, settings.alpha, !climbsAlways) };
};
