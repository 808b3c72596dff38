import type { CellKind, CellValue, GroupSubject, RunColumn } from '../shared/runs/column.ts';
import type { QuerySubject } from '../shared/query/fields.ts';
import { settingText } from '../shared/settings/index.ts';
import {
  formatBytes,
  formatCount,
  formatMeasuredDuration,
  formatNumber,
  formatPercent,
  formatSpeed,
  formatTime,
  none,
} from './format.ts';

const writers: Readonly<Record<Exclude<CellKind, 'setting' | 'text' | 'time'>, (value: number) => string>> = {
  bytes: formatBytes,
  count: formatCount,
  duration: formatMeasuredDuration,
  percent: formatPercent,
  speed: formatSpeed,
};

const textOf = ({ id, kind }: RunColumn, value: CellValue): string => {
  if (value === null) return none;
  if (kind === 'time') return formatTime(String(value));
  if (typeof value === 'string' || kind === 'text') return String(value);
  return kind === 'setting' ? settingText(id, value, formatNumber) : writers[kind](value);
};

export const runCell = (column: RunColumn, subject: QuerySubject): string =>
  column.runText?.(subject) ?? textOf(column, column.ofRun(subject));

export const groupCell = (column: RunColumn, group: GroupSubject): string => {
  if (column.groupText !== undefined) return column.groupText(group);
  const sd = column.sdOfGroup?.(group) ?? null;
  const text = textOf(column, column.ofGroup(group));
  return sd === null ? text : `${text} ± ${textOf(column, sd)}`;
};

/** Whether figures stand in it, and so to the right. */
export const isNumeric = (column: RunColumn, groups: readonly GroupSubject[]): boolean =>
  column.kind === 'setting'
    ? groups.every((group) => /^([\d.,e−-]+|–|all)$/.test(groupCell(column, group)))
    : column.kind !== 'text';
