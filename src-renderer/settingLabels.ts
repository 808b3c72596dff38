import { settingLabel } from '../shared/settingLabel.ts';
import { settingValues } from '../shared/settings/index.ts';
import { formatNumber } from './format.ts';
import type { NameOf } from './rowNames.ts';

/** Every setting by dotted path, as text to be read. */
export const flatSettings = (config: object, nameOfDataset?: NameOf): Map<string, string> =>
  new Map(
    [...settingValues(config)].map(([path, value]) => [
      path,
      settingLabel(path, value, nameOfDataset, path === 'seed' ? String : formatNumber),
    ]),
  );
