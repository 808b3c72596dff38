import { publishedName } from '../shared/publishedSets.ts';
import { settingText, settingValues } from '../shared/settings/index.ts';
import { formatNumber } from './format.ts';
import type { NameOf } from './rowNames.ts';

/**
 * A setting's value as text to be read.
 * @param nameOfDataset - what a data set of the library is called. @param numberText - how numbers are written; exactly where nothing else is said.
 */
export const settingLabel = (
  path: string,
  value: unknown,
  nameOfDataset: NameOf,
  numberText?: (value: number) => string,
): string => (path === 'dataset.id' ? nameOfDataset(String(value)) : settingText(path, value, numberText));

/** Every setting by dotted path, as text to be read. */
export const flatSettings = (config: object, nameOfDataset: NameOf = publishedName): Map<string, string> =>
  new Map(
    [...settingValues(config)].map(([path, value]) => [
      path,
      settingLabel(path, value, nameOfDataset, path === 'seed' ? String : formatNumber),
    ]),
  );
