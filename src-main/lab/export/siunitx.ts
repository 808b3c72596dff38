import type { PaperCell, PaperTable } from '../../../shared/results/paperTable.ts';

interface Parsed {
  readonly sign: string;
  readonly whole: string;
  readonly decimals: string;
  /** Of the uncertainty, in units of the last decimal: "0.10" of "97.62 ± 0.10" has two. */
  readonly uncertain: number;
  readonly printed: string;
}

const number = /^([+−-]?)([\d,]+)(?:\.(\d+))?(?: ± (\d+)(?:\.(\d+))?)?$/;

/** A number as siunitx reads it; null for what is none. */
const parse = (text: string): Parsed | null => {
  // A difference that rounds to nothing has no sign.
  const [, sign = '', grouped = '', decimals = '', sdWhole, sdDecimals = ''] =
    number.exec(text.replace(/^±/, '')) ?? [];
  if (grouped === '') return null;
  const whole = grouped.replaceAll(',', '');
  const uncertain = sdWhole === undefined ? 0 : `${Number(sdWhole)}${sdDecimals}`.replace(/^0+/, '').length || 1;
  const value = `${sign === '−' ? '-' : sign}${whole}${decimals === '' ? '' : `.${decimals}`}`;
  const spread = sdWhole === undefined ? '' : ` \\pm ${sdWhole}${sdDecimals === '' ? '' : `.${sdDecimals}`}`;
  return { sign, whole, decimals, uncertain, printed: value + spread };
};

const most = (values: readonly number[]): number => values.reduce((found, value) => Math.max(found, value), 0);

/** "S[table-format=+2.2(3)]": the room that the widest number of a column needs. */
const formatOf = (numbers: readonly Parsed[]): string => {
  const decimals = most(numbers.map((each) => each.decimals.length));
  const uncertain = most(numbers.map((each) => each.uncertain));
  const sign = numbers.some((each) => each.sign !== '') ? '+' : '';
  const whole = most(numbers.map((each) => each.whole.length));
  return `S[table-format=${sign}${whole}${decimals > 0 ? `.${decimals}` : ''}${uncertain > 0 ? `(${uncertain})` : ''}]`;
};

interface LatexColumn {
  readonly format: string;
  readonly cells: readonly string[];
}

const isDash = ({ text }: PaperCell): boolean => text === '–';

/**
 * Numbers in columns of siunitx, aligned at the decimal point and at ±; an interval stands in a column of its own.
 * @param paper - in plain notation, not escaped.
 */
export const siunitxTable = (
  { header, lines }: PaperTable,
  escape: (text: string) => string,
): { columns: string; rows: string[][] } => {
  const columns = header.flatMap(({ text: head, isText }, index): LatexColumn[] => {
    const cells = lines.flatMap((line) => line[index] ?? []);
    const numbers = cells.map((cell) => (isDash(cell) ? null : parse(cell.text)));
    const isNumeric = !isText && cells.every((cell, at) => isDash(cell) || numbers[at] !== null);
    const braced = (text: string): string => `{${escape(text)}}`;
    const values: LatexColumn = isNumeric
      ? {
          format: formatOf(numbers.filter((each) => each !== null)),
          cells: [
            braced(head),
            ...cells.map((cell, at) => `${cell.isBest ? '\\bfseries ' : ''}${numbers[at]?.printed ?? '{--}'}`),
          ],
        }
      : {
          format: isText ? 'l' : 'r',
          cells: [
            escape(head),
            ...cells.map(({ text, isBest }) => (isBest ? `\\textbf{${escape(text)}}` : escape(text))),
          ],
        };
    if (cells.every(({ below }) => below === '')) return [values];
    return [values, { format: 'r', cells: [escape('95% CI'), ...cells.map(({ below }) => escape(below))] }];
  });
  const rows = [header, ...lines].map((_, at) => columns.map(({ cells }) => cells[at] ?? ''));
  return { columns: columns.map(({ format }) => format).join(''), rows };
};
