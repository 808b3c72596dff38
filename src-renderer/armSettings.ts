import { newArm } from '../shared/methods/index.ts';
import { methodOf } from '../shared/method.ts';
import { plainEsam, type OptimizerConfig } from '../shared/runConfig.ts';
import { ruleNamed, ruleNames, type RuleName } from '../shared/rules/index.ts';
import { fieldsOf, type SettingField } from '../shared/settingFields.ts';

/** Settings that have a column, or a choice with words of its own, in an arm's row. */
const placed: ReadonlySet<string> = new Set([
  ...['learningRate', 'momentum', 'weightDecay', 'rho', 'beta', 'gamma'],
  ...['rule.name', 'nesterov', 'decayNormAndBias'],
  ...['perturbation', 'selection', 'secondPass', 'bnStatistics'],
  ...['adaptive', 'sharpnessBatch', 'maskDrawn', 'alwaysRank', 'selectionPrecision'],
]);

const plain = new Map<string, string>(Object.entries(plainEsam).map(([key, value]) => [key, JSON.stringify(value)]));
const rootOf = (path: string): string => path.split('.')[0] ?? path;

/** Whether a method begins with the plain value of a variation of SAM's: LookSAM, for example, begins with an interval. */
const beginsPlain = (arm: OptimizerConfig, key: string): boolean => {
  const defaults = new Map<string, unknown>(Object.entries(newArm(methodOf(arm), null)));
  return plain.has(key) && JSON.stringify(defaults.get(key)) === plain.get(key);
};

/** n goes with "every n-th step" alone: under another schedule it is shown only where it has to be corrected. */
const isIdle = (arm: OptimizerConfig, path: string): boolean =>
  path === 'interval' && 'when' in arm && arm.when.name !== 'every' && arm.interval === 1;

/** An arm's settings that have no place of their own: those that make its method, when it climbs, and its base rule's own. */
export const settingsOfArm = (
  arm: OptimizerConfig,
): Readonly<Record<'own' | 'times' | 'rule', readonly SettingField[]>> => {
  const fields = fieldsOf(arm).filter(({ path }) => !placed.has(path) && !isIdle(arm, path));
  const kindOf = ({ path }: SettingField): 'own' | 'times' | 'rule' =>
    rootOf(path) === 'rule' ? 'rule' : beginsPlain(arm, rootOf(path)) ? 'times' : 'own';
  const those = (kind: 'own' | 'times' | 'rule'): SettingField[] => fields.filter((field) => kindOf(field) === kind);
  // The schedule first, then what goes with it.
  const times = those('times').toSorted(
    (a, b) => Number(rootOf(b.path) === 'when') - Number(rootOf(a.path) === 'when'),
  );
  return { own: those('own'), times, rule: those('rule') };
};

/** A base rule as an arm chooses it. */
interface RuleChoice {
  readonly value: string;
  readonly label: string;
  readonly name: RuleName;
  readonly nesterov: boolean;
}

/** Every base rule; one whose momentum can be Nesterov's is two choices. */
export const ruleChoices: readonly RuleChoice[] = ruleNames.flatMap((name): RuleChoice[] => {
  const { label, hasNesterov } = ruleNamed(name);
  return hasNesterov
    ? [
        { value: name, label: `${label}, heavy-ball momentum`, name, nesterov: false },
        { value: `${name}-nesterov`, label: `${label}, Nesterov’s momentum`, name, nesterov: true },
      ]
    : [{ value: name, label, name, nesterov: false }];
});

/** The setting that a field of an arm (`arms.1.rho`, `arms.1.overrides.epochs`) is about, by its dotted path in a run. */
export const settingOfArm = (field: string): string => {
  const [, , first, ...rest] = field.split('.');
  return first === 'overrides' ? rest.join('.') : ['optimizer', first, ...rest].join('.');
};

/** Whether something of what later work made of the methods is set. */
export const isVaried = (arm: OptimizerConfig): boolean =>
  Object.entries(arm).some(
    ([key, value]) => plain.has(key) && beginsPlain(arm, key) && JSON.stringify(value) !== plain.get(key),
  );
