import { groupedBy } from '../shared/groupedBy.ts';
import { nameOfMethod } from '../shared/method.ts';
import type { ResultsRow } from '../shared/result.ts';
import { settingsTexts, type NameOf } from './rowNames.ts';

const valuesOf = (row: ResultsRow, names: readonly string[]): string =>
  JSON.stringify(names.map((name) => row.settings[name] ?? null));
const countOf = (rows: readonly ResultsRow[], names: readonly string[]): number =>
  new Set(rows.map((row) => valuesOf(row, names))).size;

/** The fewest settings, or nearly so, that tell these rows apart: each next one is that which tells most of them apart. Null where none do. */
const tellingSettings = (rows: readonly ResultsRow[]): readonly string[] | null => {
  const all = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))];
  const chosen: string[] = [];
  for (let told = 1; told < rows.length;) {
    const counts = all.map((name) => ({ name, count: countOf(rows, [...chosen, name]) }));
    const best = counts.reduce((one, other) => (other.count > one.count ? other : one), { name: '', count: told });
    if (best.count === told) return null;
    chosen.push(best.name);
    told = best.count;
  }
  return all.filter((name) => chosen.includes(name));
};

/**
 * Labels for where there is little room, by the rows' keys: the method with no more settings than tell it from the others of that method.
 * What goes with those (the length of training with the data set) stands in the table and in the whole name.
 */
export const shortLabels = (rows: readonly ResultsRow[], nameOfDataset: NameOf): ReadonlyMap<string, string> =>
  new Map(
    [...groupedBy(rows, ({ config }) => nameOfMethod(config.optimizer))].flatMap(([method, group]) => {
      const names = tellingSettings(group);
      return group.map((row): [string, string] => {
        const told = names === null ? [] : settingsTexts(row, nameOfDataset, names);
        return [row.key, told.length === 0 ? row.label : `${method} (${told.join(', ')})`];
      });
    }),
  );
