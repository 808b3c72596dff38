import { publishedName } from './publishedSets.ts';
import { settingText } from './settings/index.ts';

/**
 * A setting's value as text to be read, data sets by name.
 * @param nameOfDataset - what a data set is called; as its publisher does where no library is asked.
 * @param numberText - how numbers are written; exactly where nothing else is said.
 */
export const settingLabel = (
  path: string,
  value: unknown,
  nameOfDataset: (id: string) => string = publishedName,
  numberText?: (value: number) => string,
): string => (path === 'dataset.id' ? nameOfDataset(String(value)) : settingText(path, value, numberText));
