import { settingText, settingValues } from '../shared/settings/index.ts';
import { formatCount, formatNumber } from './format.ts';

const numberText = (value: number): string => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));

/** Every setting by dotted path, as text to be read. */
export const flatSettings = (config: object): Map<string, string> =>
  new Map(
    [...settingValues(config)].map(([path, value]) => [
      path,
      settingText(path, value, path === 'seed' ? String : numberText),
    ]),
  );
