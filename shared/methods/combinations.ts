import { z } from 'zod';
import { ruleNamed, type RuleConfig } from '../rules/index.ts';

/** A combination of settings that makes no sense: the field at which to say so, and why. */
export interface Senseless {
  readonly path: readonly string[];
  readonly reason: string;
}

/** A method's schema that also refuses combinations, each at its field. */
export const refusing = <Schema extends z.ZodObject>(
  schema: Schema,
  senselessOf: (config: z.infer<Schema>) => readonly (Senseless | null)[],
): Schema =>
  schema.superRefine((config, context) => {
    for (const senseless of senselessOf(config)) {
      if (senseless !== null) {
        context.addIssue({ code: 'custom', path: [...senseless.path], message: senseless.reason });
      }
    }
  });

/** Of the base rule's settings. */
export const senselessRule = ({
  rule,
  nesterov,
}: {
  readonly rule: RuleConfig;
  readonly nesterov: boolean;
}): Senseless | null => {
  const { label, hasNesterov } = ruleNamed(rule.name);
  return nesterov && !hasNesterov
    ? { path: ['nesterov'], reason: `${label} has no Nesterov momentum; choose the rule SGD, or turn Nesterov off` }
    : null;
};
