import { configOfArm, overridesOf, type Arm } from '../shared/arm.ts';
import type { Experiment } from '../shared/experiment.ts';
import { methodNames, methodOf } from '../shared/method.ts';
import { settingName } from '../shared/settings/index.ts';
import { valueAt } from '../shared/valueAt.ts';
import type { NameOf } from './rowNames.ts';
import { flatSettings } from './settingLabels.ts';

/** The settings that are not alike ("epochs 3 → 5"). */
const changesBetween = (before: object, after: object, nameOfDataset?: NameOf): string[] => {
  const [olds, news] = [flatSettings(before, nameOfDataset), flatSettings(after, nameOfDataset)];
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((path) => {
    const [old, now] = [olds.get(path) ?? '–', (news.get(path) ?? '–').replace('NaN', '?')];
    return old === now ? [] : [`${settingName(path)} ${old} → ${now}`];
  });
};

/** What an arm says of these shared settings, and of its method, by the paths that they have in a run. */
const settingsOf = ({ shared }: Experiment, arm: Arm, paths: readonly string[]): object => {
  const config = configOfArm(shared, arm);
  return { ...Object.fromEntries(paths.map((path) => [path, valueAt(config, path)])), optimizer: config.optimizer };
};

/** What changed of the methods; of the same methods their settings, with the name of the method unless all have changed alike. */
const changesOfArms = (before: Experiment, after: Experiment): string[] => {
  if (JSON.stringify(before.arms) === JSON.stringify(after.arms)) return [];
  const areSame =
    before.arms.length === after.arms.length && before.arms.every((arm, index) => arm.name === after.arms[index]?.name);
  if (!areSame) return ['methods'];
  const changes = after.arms.map((arm, index) => {
    const old = before.arms[index] ?? arm;
    const paths = [old, arm].flatMap(overridesOf).map(([path]) => path);
    return {
      name: methodNames[methodOf(arm)],
      texts: changesBetween(settingsOf(before, old, paths), settingsOf(after, arm, paths)),
    };
  });
  const isOfAll = (text: string): boolean => changes.every(({ texts }) => texts.includes(text));
  const told = changes.flatMap(({ name, texts }) => texts.map((text) => (isOfAll(text) ? text : `${name} ${text}`)));
  return [...new Set(told)];
};

/** How an experiment differs from a preset, in words. */
export const experimentChanges = (preset: Experiment, draft: Experiment, nameOfDataset?: NameOf): string[] => [
  ...changesBetween(preset.shared, draft.shared, nameOfDataset),
  ...changesOfArms(preset, draft),
  ...(JSON.stringify(preset.axes) === JSON.stringify(draft.axes) ? [] : ['axes']),
  ...(preset.seeds.join() === draft.seeds.join() ? [] : ['seeds']),
];
