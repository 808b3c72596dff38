import type { Exact } from '../../../shared/results/formats.ts';

const isNumeral = (text: string): boolean => /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/iu.test(text);

/** A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers, also those that are settings' texts. */
export const plainCell = (value: Exact): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const plain = typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
  return /^[\s]*[=+\-@]|^[\t\r\n]/u.test(plain) && !isNumeral(plain) ? `'${plain}` : plain;
};

const cell = (value: Exact): string => {
  const text = plainCell(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One line of CSV (RFC 4180). */
export const csvLine = (cells: readonly Exact[]): string => `${cells.map(cell).join(',')}\r\n`;
