import { countText } from '../shared/numberText.ts';
import type { ResultsRow } from '../shared/result.ts';

const speaksForItself: ReadonlySet<string> = new Set(['data set', 'model', 'schedule']);

export type NameOf = (datasetId: string) => string;

/** A setting as the lab gives it, but for a data set by its name, and long numbers as everywhere ("12,000"). */
export const settingText = (name: string, value: string, nameOfDataset: NameOf): string => {
  if (name === 'data set') return nameOfDataset(value);
  const isNumber = /^\d{4,15}$/.test(value) && name !== 'data'; // a shortened SHA-256 may look like one
  return isNumber ? countText(Number(value)) : value;
};

/** Settings that a row has ("β 0.6", "γ 0.5"). @param names - of those that are asked for; absent: all. */
export const settingsTexts = (row: ResultsRow, nameOfDataset: NameOf, names?: readonly string[]): readonly string[] =>
  Object.entries(row.settings)
    .filter(([name, value]) => value !== '–' && value !== '' && names?.includes(name) !== false)
    .map(([name, value]) => [name, settingText(name, value, nameOfDataset)] as const)
    .map(([name, text]) => (speaksForItself.has(name) ? text : `${name} ${text}`));

/** The same as one text ("β 0.6 · γ 0.5"). */
export const settingsText = (row: ResultsRow, nameOfDataset: NameOf): string =>
  settingsTexts(row, nameOfDataset).join(' · ');

/** The rows' labels; where two are equal, their settings are added. */
export const rowNames = (rows: readonly ResultsRow[], nameOfDataset: NameOf): ReadonlyMap<string, string> =>
  new Map(
    rows.map((row) => {
      const isUnique = rows.every((other) => other === row || other.label !== row.label);
      const settings = settingsText(row, nameOfDataset);
      return [row.key, isUnique || settings === '' ? row.label : `${row.label} (${settings})`];
    }),
  );
