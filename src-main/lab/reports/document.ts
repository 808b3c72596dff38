import type { Figure } from '../../../shared/figures/figure.ts';

/** Rows of texts; the first column is aligned left, numbers right. */
export interface ReportTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly header: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** A part of a report, whatever it is written as. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** What a reader must not miss. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | ReportTable
  | { readonly kind: 'figure'; readonly figure: Figure }
  | { readonly kind: 'code'; readonly text: string };

export interface ReportDocument {
  /** Of its file, without an ending. */
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const text = (words: string): Block => ({ kind: 'text', text: words });
export const note = (words: string): Block => ({ kind: 'note', text: words });

/** A table; nothing where it has no line. */
export const table = (
  caption: string,
  header: readonly string[],
  lines: readonly (readonly string[])[],
): readonly ReportTable[] => (lines.length === 0 ? [] : [{ kind: 'table', caption, header, lines }]);

/** Columns beside one another on a page. */
const mostColumns = 6;

/**
 * One line a quantity, one column a subject; several tables where the subjects do not fit beside one another. Quantities that nobody has
 * are left out.
 */
export const matrix = (
  caption: string,
  corner: string,
  subjects: readonly string[],
  quantities: readonly { readonly name: string; readonly values: readonly string[] }[],
): readonly ReportTable[] => {
  const known = quantities.filter(({ values }) => values.some((value) => value !== '–' && value !== ''));
  const starts = Array.from({ length: Math.ceil(subjects.length / mostColumns) }, (_, index) => index * mostColumns);
  return starts.flatMap((start) =>
    table(
      caption,
      [corner, ...subjects.slice(start, start + mostColumns)],
      known.map(({ name, values }) => [name, ...values.slice(start, start + mostColumns)]),
    ),
  );
};

/** A text that is aligned as a number: one with its spread, interval, percent or exponent. */
export const isNumber = (cell: string): boolean => /^[\d+±−–.,%×<[\]\s()e-]*$/.test(cell);

/** A value stays with its spread, an interval in one line. */
export const unbroken = (cell: string): string =>
  cell.replaceAll(' ± ', '\u00a0±\u00a0').replace(/\[[^\]]*\]/g, (interval) => interval.replaceAll(' ', '\u00a0'));
