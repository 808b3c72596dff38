import type { GroupConfig } from '../runConfig.ts';
import { differingPaths, settingOf, settingText, settingValues } from '../settings/index.ts';

/** A setting in which configurations differ, and its value in each of them; null where one has no such setting. */
export interface Difference {
  readonly path: string;
  readonly label: string;
  readonly help: string;
  readonly values: readonly (string | null)[];
}

/** In what configurations differ besides the method. */
export const differencesOf = (configs: readonly GroupConfig[]): Difference[] => {
  const values = configs.map((config) => settingValues(config));
  return differingPaths(configs).map((path) => {
    const { label, help } = settingOf(path);
    return {
      ...{ path, label, help },
      values: values.map((of) => (of.has(path) ? settingText(path, of.get(path)) : null)),
    };
  });
};

/** The same as a table of tab-separated text: a line a setting, a column a configuration. @param names - of the configurations. */
export const differencesText = (differences: readonly Difference[], names: readonly string[]): string => {
  const cell = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');
  return [
    ['setting', ...names],
    ...differences.map(({ label, values }) => [label, ...values.map((value) => value ?? '')]),
  ]
    .map((cells) => `${cells.map(cell).join('\t')}\n`)
    .join('');
};
