import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { normalisations } from '../ascent/moves.ts';
import type { Composition } from '../climb.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

/** SAM-ON (Mueller et al. 2023): SAM that moves the scales and offsets of normalisations only. Costs F + B_in + F + B. */
export const samOn = (parts: Parts, settings: ConfigOf<'sam-on'>): Composition => ({
  ...sam(parts, settings),
  moves: normalisations(parts.training.roles),
});
