import { newArm } from '../shared/methods/index.ts';
import { methodOf } from '../shared/method.ts';
import { plainEsam, type OptimizerConfig } from '../shared/runConfig.ts';
import { fieldsOf, type SettingField } from '../shared/settingFields.ts';

/** Settings that have a column, or a choice with words of its own, in an arm's row. */
const placed: ReadonlySet<string> = new Set([
  ...['learningRate', 'momentum', 'weightDecay', 'rho', 'beta', 'gamma'],
  ...['rule.name', 'rule.beta2', 'rule.epsilon', 'nesterov', 'decayNormAndBias'],
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

/** An arm's settings that have no place of their own: those that make its method, and when it climbs. */
export const settingsOfArm = (
  arm: OptimizerConfig,
): { readonly own: readonly SettingField[]; readonly times: readonly SettingField[] } => {
  const fields = fieldsOf(arm).filter(({ path }) => !placed.has(path));
  const isVariation = ({ path }: SettingField): boolean => beginsPlain(arm, rootOf(path));
  return { own: fields.filter((field) => !isVariation(field)), times: fields.filter(isVariation) };
};

/** Whether something of what later work made of the methods is set. */
export const isVaried = (arm: OptimizerConfig): boolean =>
  Object.entries(arm).some(
    ([key, value]) => plain.has(key) && beginsPlain(arm, key) && JSON.stringify(value) !== plain.get(key),
  );
