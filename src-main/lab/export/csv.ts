import type { ResultsTable } from '../../../shared/result.ts';
import type { Exact } from '../../../shared/results/formats.ts';
import { exactTable } from '../../../shared/results/textTable.ts';

/** CSV (RFC 4180): one line a group, full precision, fractions 0–1; settings that differ are columns of their own. */
export const csv = (table: ResultsTable): string => {
  const lines = exactTable(table);
  const header = Object.keys(lines[0] ?? {});
  return [header, ...lines.map((line) => header.map((name) => line[name] ?? null))]
    .map((line) => line.map(cell).join(',') + '\r\n')
    .join('');
};

/** A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers. */
const cell = (value: Exact): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const plain = typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
  const text = /^[\s]*[=+\-@]|^[\t\r\n]/u.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
