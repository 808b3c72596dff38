import { groupedBy } from '../../../shared/groupedBy.ts';
import { methodOf, nameOfMethod } from '../../../shared/method.ts';
import type { MethodId } from '../../../shared/method.ts';
import { originText } from '../../../shared/origin.ts';
import type { Origin } from '../../../shared/origin.ts';
import type { Measurements } from '../../../shared/metrics.ts';
import type { ResultsRow } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import { countText } from '../../../shared/numberText.ts';
import { publishedName } from '../../../shared/publishedSets.ts';
import { differingPaths, namedSettings, settingName } from '../../../shared/settings/index.ts';

/** A finished run as statistics see it. */
export interface FinishedRun {
  readonly id: RunId;
  readonly seed: number;
  readonly lastTestAccuracy: number;
  readonly bestTestAccuracy: number;
  /** Median over its epochs; null where only warm-up steps ran. */
  readonly imagesPerSecond: number | null;
  /** Time in the optimizer steps of an epoch (median), and of all of them. */
  readonly epochMs: number;
  readonly activeMs: number;
  readonly peakStepBytes: number | null;
  /** Of its last epoch. */
  readonly measurements: Measurements;
  /** What its speed depends on besides its configuration: name → value; what was not recorded is left out. */
  readonly conditions: Readonly<Record<string, string>>;
}

/** All runs of one configuration; or those of them that were trained under like conditions. */
export interface Group {
  readonly hash: string;
  /** Names it among the rows of a table: the hash, with what tells the parts of one group apart. */
  readonly key: string;
  /** The conditions by which the runs of the table were told apart, by name; empty where they were not. */
  readonly part: Readonly<Record<string, string>>;
  readonly config: GroupConfig;
  /** The lab that it was imported from; null: it was trained here. */
  readonly origin: Origin | null;
  /** One per seed, the newest: a repetition of a seed is no independent sample. */
  readonly finished: readonly FinishedRun[];
  /** Share of their steps that climbed, where the data decide on it; null otherwise, and where there are none. */
  readonly climbed: number | null;
  readonly unfinishedRunIds: readonly RunId[];
  /** Seeds without a finished run, by how the newest run of each stands. */
  readonly missingSeeds: ResultsRow['missingSeeds'];
}

export interface GroupName {
  readonly method: MethodId;
  /** The method, with the settings that tell it from the other groups of that method. */
  readonly label: string;
  /** The settings in which the groups differ, by their names. */
  readonly settings: Readonly<Record<string, string>>;
}

const partTexts = (part: readonly (readonly [string, string])[]): string[] =>
  part.map(([name, value]) => `${name} ${value}`);

/** Conditions stand with the settings, in a column of their own: names of theirs are names of settings too. */
const conditionSetting = (part: Group['part']): Readonly<Record<string, string>> =>
  Object.keys(part).length === 0 ? {} : { 'trained with': partTexts(Object.entries(part)).join(', ') };

/** What a data set of the library is called. */
export type NameOfDataset = (id: string) => string;

const datasetSetting = settingName('dataset.id');
const labelNumber = (value: number): string =>
  Number.isInteger(value) && value >= 1000 ? countText(value) : String(value);

/** Names each group so that no two have the same label. What was imported always says so. */
export const nameGroups = (
  groups: readonly Pick<Group, 'config' | 'origin' | 'part'>[],
  nameOfDataset: NameOfDataset = publishedName,
): GroupName[] => {
  const all = groups.map(({ config, origin, part }) => ({ method: methodOf(config.optimizer), config, origin, part }));
  const differing = differingPaths(all.map(({ config }) => config));
  const siblings = groupedBy(all, ({ method }) => method);
  const tellingPaths = new Map(
    [...siblings].map(([method, members]) => [method, differingPaths(members.map(({ config }) => config))]),
  );
  return all.map(({ method, config, origin, part }) => {
    const telling = Object.entries(namedSettings(config, tellingPaths.get(method) ?? [], labelNumber));
    const told = telling.map(([name, value]) => (name === datasetSetting ? nameOfDataset(value) : `${name} ${value}`));
    const under = Object.entries(part).filter(([name, value]) =>
      siblings.get(method)?.some((other) => other.part[name] !== value),
    );
    const suffix = [...told, ...partTexts(under), ...(origin === null ? [] : [originText(origin)])].join(', ');
    return {
      method,
      label: nameOfMethod(config.optimizer) + (suffix === '' ? '' : ` (${suffix})`),
      settings: { ...namedSettings(config, differing), ...conditionSetting(part) },
    };
  });
};
