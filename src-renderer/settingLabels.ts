import { settingText, settingValues } from '../shared/settings/index.ts';
import { formatCount, formatNumber } from './format.ts';

/** A label as a header, in sentence case; Greek letters and names like oneDNN stay as they are. */
export const asHeader = (label: string): string =>
  /^[a-z]+(?![A-Za-z])/.test(label) ? label.charAt(0).toUpperCase() + label.slice(1) : label;

const numberText = (value: number): string => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));

/** Every setting by dotted path, as text to be read. */
export const flatSettings = (config: object): Map<string, string> =>
  new Map(
    [...settingValues(config)].map(([path, value]) => [
      path,
      settingText(path, value, path === 'seed' ? String : numberText),
    ]),
  );
