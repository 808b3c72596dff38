import type { SgdConfig } from '../../../../shared/runConfig.ts';
import type { ParameterRole } from '../../engine/network.ts';

/** What every base rule is set by. */
export type RuleSettings = Pick<SgdConfig, 'momentum' | 'weightDecay' | 'nesterov' | 'decayNormAndBias'>;

/** Neither of a normalisation nor a bias. */
const isWeight = (role: ParameterRole | undefined): boolean => role !== 'scale' && role !== 'offset' && role !== 'bias';

/** λ of a parameter: unless `decayNormAndBias`, 0 for the scales and offsets of normalisations and for biases. */
export const decayOf = ({ weightDecay, decayNormAndBias }: RuleSettings, role: ParameterRole | undefined): number =>
  decayNormAndBias || isWeight(role) ? weightDecay : 0;
