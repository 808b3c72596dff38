import type { ResultsRow, ResultsTable } from '../../../shared/result.ts';

type Cell = string | number | null;

const columns: readonly (readonly [string, (row: ResultsRow, table: ResultsTable) => Cell])[] = [
  ['label', (row) => row.label],
  ['method', (row) => row.method],
  ['n', (row) => row.n],
  ['seeds', (row) => row.seeds.join(' ')],
  ['best_test_accuracy_mean', (row) => row.bestTestAccuracy.mean],
  ['best_test_accuracy_sd', (row) => row.bestTestAccuracy.sd],
  ['last_test_accuracy_mean', (row) => row.lastTestAccuracy.mean],
  ['last_test_accuracy_sd', (row) => row.lastTestAccuracy.sd],
  ['gain_points_mean', (row) => row.gainPoints?.mean ?? null],
  ['gain_points_95_low', (row) => row.gainPoints?.low ?? null],
  ['gain_points_95_high', (row) => row.gainPoints?.high ?? null],
  ['images_per_second_median', (row) => row.imagesPerSecond.median],
  ['images_per_second_min', (row) => row.imagesPerSecond.min],
  ['images_per_second_max', (row) => row.imagesPerSecond.max],
  ['speed_ratio', (row) => row.speedRatio],
  ['predicted_speed_ratio', (row) => row.predictedSpeedRatio],
  ['epoch_ms', (row) => row.epochMs],
  ['active_ms', (row) => row.activeMs],
  ['peak_step_bytes', (row) => row.peakStepBytes],
  ['is_speed_baseline', (row, table) => Number(row.groupHash === table.speedBaseline)],
  ['is_accuracy_baseline', (row, table) => Number(row.groupHash === table.accuracyBaseline)],
  ['group', (row) => row.groupHash],
  ['config', (row) => JSON.stringify(row.config)],
];

/** CSV (RFC 4180): one line a group, full precision, fractions 0–1; settings that differ are columns of their own. */
export const csv = (table: ResultsTable): string => {
  const settings = [...new Set(table.rows.flatMap((row) => Object.keys(row.settings)))];
  const header = [...columns.map(([name]) => name), ...settings.map((name) => `setting: ${name}`)];
  const lines = table.rows.map((row) => [
    ...columns.map(([, read]) => read(row, table)),
    ...settings.map((name) => row.settings[name] ?? null),
  ]);
  return [header, ...lines].map((line) => line.map(cell).join(',') + '\r\n').join('');
};

/** A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers. */
const cell = (value: Cell): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[\s]*[=+\-@]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
