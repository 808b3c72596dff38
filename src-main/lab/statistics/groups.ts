import { methodNames, methodOf } from '../../../shared/method.ts';
import type { MethodId } from '../../../shared/method.ts';
import type { EpochMetrics } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import { differingNames, only, settingsOf } from './settings.ts';
import type { Settings } from './settings.ts';

/** A finished run as statistics see it. */
export interface FinishedRun {
  readonly id: RunId;
  readonly seed: number;
  readonly epochs: readonly EpochMetrics[];
}

/** All runs of one configuration. */
export interface Group {
  readonly hash: string;
  readonly config: GroupConfig;
  /** One per seed, the newest: a repetition of a seed is no independent sample. */
  readonly finished: readonly FinishedRun[];
  readonly unfinishedRunIds: readonly RunId[];
}

export interface GroupName {
  readonly method: MethodId;
  /** The method, with the settings that tell it from the other groups of that method. */
  readonly label: string;
  /** The settings in which the groups differ. */
  readonly settings: Settings;
}

/** Names each group so that no two have the same label. */
export const nameGroups = (groups: readonly Group[]): GroupName[] => {
  const all = groups.map(({ config }) => ({ method: methodOf(config.optimizer), settings: settingsOf(config) }));
  const differing = differingNames(all.map(({ settings }) => settings));
  return all.map(({ method, settings }) => {
    const siblings = all.filter((other) => other.method === method).map((other) => other.settings);
    const telling = Object.entries(only(settings, differingNames(siblings)));
    const suffix = telling.map(([name, value]) => `${name} ${value}`).join(', ');
    return {
      method,
      label: methodNames[method] + (suffix === '' ? '' : ` (${suffix})`),
      settings: only(settings, differing),
    };
  });
};
