import type { ResultsRow } from '../shared/result.ts';

/** A row's label with the settings that tell it from the others, unless the lab put them into the label already. */
export const rowName = (row: ResultsRow): string => {
  const settings = Object.entries(row.settings).map(([name, value]) => `${name} ${value}`);
  return settings.length === 0 || row.label.includes('(') ? row.label : `${row.label} (${settings.join(', ')})`;
};
