import type { RuleConfig } from '../../../../shared/runConfig.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { adamWRule } from './adamW.ts';
import type { RuleSettings } from './settings.ts';
import { sgdRule } from './sgd.ts';

/** The base rule that a configuration names, working on the given training state: what becomes of the gradient that a method arrives at. */
export const ruleOf = (
  training: OptimizerContext,
  settings: RuleSettings & { readonly rule: RuleConfig },
): UpdateRule => {
  const { rule } = settings;
  switch (rule.name) {
    case 'sgd':
      return sgdRule(training, settings);
    case 'adamw':
      return adamWRule(training, settings, rule);
  }
};
