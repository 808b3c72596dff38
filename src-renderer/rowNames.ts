import type { ResultsRow } from '../shared/result.ts';

const speaksForItself: ReadonlySet<string> = new Set(['data set', 'model', 'schedule']);

/** Settings that a row has, as one text ("β 0.6 · γ 0.5"). */
export const settingsText = (row: ResultsRow): string =>
  Object.entries(row.settings)
    .filter(([, value]) => value !== '–' && value !== '')
    .map(([name, value]) => (speaksForItself.has(name) ? value : `${name} ${value}`))
    .join(' · ');

/** The rows' labels; where two are equal, their settings are added. */
export const rowNames = (rows: readonly ResultsRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows.map((row) => {
      const isUnique = rows.every((other) => other === row || other.label !== row.label);
      const settings = settingsText(row);
      return [row.groupHash, isUnique || settings === '' ? row.label : `${row.label} (${settings})`];
    }),
  );
