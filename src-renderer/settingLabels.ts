import { settingText, settingValues } from '../shared/settings/index.ts';
import { formatNumber } from './format.ts';

/** Every setting by dotted path, as text to be read. */
export const flatSettings = (config: object): Map<string, string> =>
  new Map(
    [...settingValues(config)].map(([path, value]) => [
      path,
      settingText(path, value, path === 'seed' ? String : formatNumber),
    ]),
  );
