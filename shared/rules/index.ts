import { z } from 'zod';
import { setting } from '../settings/setting.ts';
import { adamW } from './adamW.ts';
import type { Rule } from './rule.ts';
import { sgd } from './sgd.ts';

/** Every base rule, by its configuration's name, in the order in which they are offered. What computes them is in trainer/optimizers/rules. */
const rules = { sgd, adamw: adamW };

type Rules = typeof rules;
type AnyRule = Rules[keyof Rules];

export type RuleName = keyof Rules;
export const ruleNames = Object.keys(rules) as [RuleName, ...RuleName[]];

const schemas = Object.values(rules).map(({ schema }) => schema) as [AnyRule['schema'], ...AnyRule['schema'][]];
export const ruleSchema = setting(z.discriminatedUnion('name', schemas), {
  label: 'base rule',
  symbol: 'rule',
  help: 'What becomes of the gradient that the method arrives at.',
  texts: Object.fromEntries(ruleNames.map((name) => [name, rules[name].label])),
});
/** What becomes of the gradient that a method arrives at, and what that alone needs; SGD's momentum is β₁ of AdamW. */
export type RuleConfig = z.infer<typeof ruleSchema>;

/** A rule's functions take no other's configurations. */
export const ruleNamed = (name: RuleName): Rule<RuleConfig> => rules[name];
