import { leavesOf } from './leaves.ts';
import type { Setting } from './setting.ts';

const ofOptimizer = (key: string): string => `optimizer.${key}`;

/**
 * Where settings are listed in another order than that of their schema, in which configurations are written and forms made. A part stands
 * for all that it holds and that is not named itself, and '' for all else: a new setting needs no line.
 */
const order: readonly string[] = [
  ...['name', 'rule.name', 'learningRate', 'momentum', 'weightDecay', 'rule'].map(ofOptimizer),
  ...['nesterov', 'decayNormAndBias', 'rho', 'beta', 'gamma', 'rhoMin'].map(ofOptimizer),
  'optimizer',
  ...['bnStatistics', 'perturbation', 'selection', 'secondPass', 'maskDrawn'].map(ofOptimizer),
  ...['selectionPrecision', 'alwaysRank', 'adaptive', 'sharpnessBatch'].map(ofOptimizer),
  ...['direction', 'moves', 'examples', 'descent', 'when.name', 'interval', 'when'].map(ofOptimizer),
  ...['dataset.id', 'dataset.identity', 'dataset'],
  ...['cropPadding', 'cropMinScale', 'cropMaxScale', 'resolution'].map((key) => `augmentation.${key}`),
  ...['augmentation', '', 'device'],
];

const rankOf = (path: string): number => {
  const rank = order.indexOf(path);
  return rank >= 0 || path === '' ? rank : rankOf(path.slice(0, Math.max(path.lastIndexOf('.'), 0)));
};

/**
 * Every setting of a configuration's schema by its path, as settings are listed.
 * @throws Error naming a setting that tells nothing about itself, or of which two methods or schedules tell different things.
 */
export const listedSettings = (schema: unknown): ReadonlyMap<string, Setting> => {
  const found = new Map<string, Setting>();
  for (const { path, told } of leavesOf(schema)) {
    if (told === undefined) throw new Error(`Nothing is told about the setting “${path}”: define it by setting(…).`);
    if (JSON.stringify(found.get(path) ?? told) !== JSON.stringify(told))
      throw new Error(`Different things are told about the setting “${path}”: define it once.`);
    found.set(path, told);
  }
  return new Map([...found].sort(([a], [b]) => rankOf(a) - rankOf(b)));
};
