import type { Experiment } from '../shared/experiment.ts';
import { methodNames, methodOf } from '../shared/method.ts';
import { settingName } from '../shared/settings/index.ts';
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

type Arms = Experiment['arms'];

/** What changed of the methods; of the same methods their settings, with the name of the method unless all have changed alike. */
const changesOfArms = (before: Arms, after: Arms): string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const areSame = before.length === after.length && before.every((arm, index) => arm.name === after[index]?.name);
  if (!areSame) return ['methods'];
  const changes = after.map((optimizer, index) => ({
    name: methodNames[methodOf(optimizer)],
    texts: changesBetween({ optimizer: before[index] }, { optimizer }),
  }));
  const isOfAll = (text: string): boolean => changes.every(({ texts }) => texts.includes(text));
  const told = changes.flatMap(({ name, texts }) => texts.map((text) => (isOfAll(text) ? text : `${name} ${text}`)));
  return [...new Set(told)];
};

/** How an experiment differs from a preset, in words. */
export const experimentChanges = (preset: Experiment, draft: Experiment, nameOfDataset?: NameOf): string[] => [
  ...changesBetween(preset.shared, draft.shared, nameOfDataset),
  ...changesOfArms(preset.arms, draft.arms),
  ...(JSON.stringify(preset.axes) === JSON.stringify(draft.axes) ? [] : ['axes']),
  ...(preset.seeds.join() === draft.seeds.join() ? [] : ['seeds']),
];
