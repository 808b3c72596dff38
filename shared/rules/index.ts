import { z } from 'zod';
import type { Setting } from '../settings/setting.ts';
import { adamW } from './adamW.ts';
import type { Rule } from './rule.ts';
import { sgd } from './sgd.ts';

/** Every base rule, by its configuration's name, in the order in which they are offered. What computes them is in trainer/optimizers/rules. */
const rules = { sgd, adamw: adamW };

type Rules = typeof rules;
type AnyRule = Rules[keyof Rules];

const schemas = Object.values(rules).map(({ schema }) => schema) as [AnyRule['schema'], ...AnyRule['schema'][]];
export const ruleSchema = z.discriminatedUnion('name', schemas);
/** What becomes of the gradient that a method arrives at, and what that alone needs; SGD's momentum is β₁ of AdamW. */
export type RuleConfig = z.infer<typeof ruleSchema>;
export type RuleName = keyof Rules;
export const ruleNames = Object.keys(rules) as [RuleName, ...RuleName[]];

/** A rule's functions take no other's configurations. */
export const ruleNamed = (name: RuleName): Rule<RuleConfig> => rules[name];

/** What the rules are called, by their names. */
export const ruleLabels: Readonly<Record<RuleName, string>> = z
  .record(z.enum(ruleNames), z.string())
  .parse(Object.fromEntries(ruleNames.map((name) => [name, rules[name].label])));

type OwnSetting = { [Name in RuleName]: keyof Rules[Name]['settings'] & string }[RuleName];
/** What is told of the settings that only some rules have. */
export const ownRuleSettings = Object.fromEntries(
  Object.values(rules).flatMap(({ settings }) =>
    Object.entries<Setting>(settings).map(([key, setting]) => [`optimizer.rule.${key}`, setting]),
  ),
) as Readonly<Record<`optimizer.rule.${OwnSetting}`, Setting>>;
