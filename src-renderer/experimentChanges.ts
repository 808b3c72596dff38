import type { Experiment } from '../shared/experiment.ts';
import { settingName } from '../shared/settings/index.ts';
import { flatSettings } from './settingLabels.ts';

/** How an experiment differs from a preset, in words ("epochs 3 → 5"). */
export const experimentChanges = (preset: Experiment, draft: Experiment): string[] => {
  const changes: string[] = [];
  const before = flatSettings(preset.shared);
  const after = flatSettings(draft.shared);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(path) ?? '–', (after.get(path) ?? '–').replace('NaN', '?')];
    if (old !== now) changes.push(`${settingName(path)} ${old} → ${now}`);
  }
  if (JSON.stringify(preset.arms) !== JSON.stringify(draft.arms)) changes.push('methods');
  if (JSON.stringify(preset.axes) !== JSON.stringify(draft.axes)) changes.push('axes');
  if (preset.seeds.join() !== draft.seeds.join()) changes.push('seeds');
  return changes;
};
