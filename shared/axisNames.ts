import { groupedBy } from './groupedBy.ts';
import { settingName, settingOf } from './settings/index.ts';

/** By what a setting is chosen among all: its symbol and what that stands for, and where two would be called alike, what it belongs to. */
export const axisNames = (paths: readonly string[]): ReadonlyMap<string, string> => {
  const alike = groupedBy(paths, nameOf);
  return new Map(
    paths.map((path) => {
      const name = nameOf(path);
      const owner = path.split('.').slice(0, -1).join('.');
      const isOfPart = (alike.get(name)?.length ?? 0) > 1 && owner.includes('.');
      return [path, isOfPart ? `${name}, of composed: ${settingName(`${owner}.name`)}` : name];
    }),
  );
};

const nameOf = (path: string): string => {
  const { label } = settingOf(path);
  const name = settingName(path);
  return label.includes(name) ? label : `${name}, ${label}`;
};
