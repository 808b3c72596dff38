import { parseAxisValues, type AxisValue } from '../shared/axisValues.ts';
import { axisChoicesOf } from '../shared/settingPaths.ts';
import { useDatasets } from './stores/datasets.ts';

/** The values that a setting can have, where they can be told one by one; else none. */
export const useAxisChoices = (): ((path: string) => readonly AxisValue[]) => {
  const datasets = useDatasets();
  return (path) =>
    path === 'dataset.id'
      ? (datasets.list ?? []).map(({ id }) => id)
      : axisChoicesOf(path).flatMap((text) => parseAxisValues(text).values);
};
