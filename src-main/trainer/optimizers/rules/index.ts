import type { RuleConfig, RuleName } from '../../../../shared/rules/index.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { adamWRule } from './adamW.ts';
import type { RuleSettings } from './settings.ts';
import { sgdRule } from './sgd.ts';

type MakeRule<Config> = (training: OptimizerContext, settings: RuleSettings, rule: Config) => UpdateRule;

/** What computes each base rule of shared/rules; none is given another's configuration. */
const rules: { readonly [Name in RuleName]: MakeRule<Extract<RuleConfig, { name: Name }>> } = {
  sgd: sgdRule,
  adamw: adamWRule,
};

/** The base rule that a configuration names, working on the given training state: what becomes of the gradient that a method arrives at. */
export const ruleOf = (
  training: OptimizerContext,
  settings: RuleSettings & { readonly rule: RuleConfig },
): UpdateRule => (rules[settings.rule.name] as MakeRule<RuleConfig>)(training, settings, settings.rule);
