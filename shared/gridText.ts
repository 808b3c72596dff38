import { counted } from './counted.ts';
import type { Experiment } from './experiment.ts';
import { settingName } from './settings/index.ts';

/** What an experiment's runs are the product of: "3 methods × 2 values of ρ × 1 seed". */
export const gridText = ({ arms, axes, seeds }: Pick<Experiment, 'arms' | 'axes' | 'seeds'>): string =>
  [
    counted(arms.length, 'method'),
    ...axes.map(({ path, values }) => `${counted(values.length, 'value')} of ${settingName(path)}`),
    counted(seeds.length, 'seed'),
  ].join(' × ');
