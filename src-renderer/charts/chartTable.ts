import type { Figure } from '../../shared/figures/figure.ts';
import { figurePoints, pointHead } from '../../shared/figures/points.ts';
import { decimalsOf } from '../../shared/decimals.ts';
import { formatFixed, formatNumber, none } from '../format.ts';
import type { Series } from './series.ts';

/** A number in the unit of its column, NaN where it was not finite; null: there is none. */
export type Cell = string | number | null;

/** A chart in numbers. The first cell of a row says of what the others are: a group, or a place on the x axis. */
export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** At most so many rows, evenly chosen, the last among them. */
export const evenlyChosen = <T>(rows: readonly T[], most: number): readonly T[] => {
  const step = Math.max(1, Math.ceil(rows.length / most));
  return rows.filter((_, index) => (rows.length - 1 - index) % step === 0);
};

/** Lines side by side: a row for each place on the x axis, a column a line, the pale ones last. Fractions in percent. */
export const seriesTable = (
  drawn: readonly Series[],
  { xLabel, yLabel, factor = 1 }: { readonly xLabel: string; readonly yLabel: string; readonly factor?: number },
): ChartTable => {
  const series = drawn.toSorted((a, b) => Number(a.isFaint === true) - Number(b.isFaint === true));
  const bySeries = series.map(({ points }) => new Map(points.map(({ x, y }) => [x, y === null ? NaN : factor * y])));
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  return {
    head: [xLabel, ...series.map(({ name }) => name || yLabel)],
    rows: xs.map((x) => [x, ...bySeries.map((points) => points.get(x) ?? null)]),
  };
};

/** Every point of a figure, a row a point; columns in which nothing stands are left out, and axes have the names of the drawing. */
export const figureTable = (figure: Figure): ChartTable => {
  const rows = figurePoints(figure);
  const used = pointHead.map((_, index) => rows.some((row) => row[index] !== null && row[index] !== ''));
  const nameOf = (column: string): string => {
    const [axis, edge] = column.split('_');
    if (axis !== 'x' && axis !== 'y') return column;
    const labels = new Set(figure.panels.map((panel) => panel[axis].label));
    const [only = ''] = labels;
    const name = labels.size === 1 && only !== '' ? only : axis;
    return edge === undefined ? name : `${name}, ${edge}`;
  };
  return {
    head: pointHead.map(nameOf).filter((_, index) => used[index]),
    rows: rows.map((row) => row.filter((_, index) => used[index])),
  };
};

const cellText = (cell: Cell): string => {
  if (cell === null) return none;
  return typeof cell === 'string' ? cell : formatNumber(cell);
};
const isNumber = (cell: Cell): cell is number => typeof cell === 'number' && !Number.isNaN(cell);

/**
 * A column for people: all its numbers have as many decimals as give the largest one four significant digits, or fewer where none has so
 * many; unless one is so large or so small that it is written in another way.
 */
export const columnTexts = (cells: readonly Cell[]): readonly string[] => {
  const numbers = cells.filter(isNumber);
  const texts = numbers.map(cellText);
  const wanted = 3 - Math.floor(Math.log10(Math.max(...numbers.map(Math.abs))));
  const decimals = Math.max(0, Math.min(wanted, Math.max(0, ...texts.map(decimalsOf))));
  const isPlain =
    texts.every((text) => /^−?\d{1,3}(\.\d+)?$/.test(text)) &&
    numbers.every((value) => value === 0 || Number(value.toFixed(decimals)) !== 0);
  return cells.map((cell) => (isPlain && isNumber(cell) ? formatFixed(cell, decimals) : cellText(cell)));
};

/** To ten digits, which is more than any chart shows and free of what binary fractions add. */
const exactText = (cell: Cell): string =>
  typeof cell === 'number' ? String(Number(cell.toPrecision(10))) : (cell ?? '').replace(/\s+/g, ' ');

/** For spreadsheets: a line a row, cells between tabs. */
export const tableText = ({ head, rows }: ChartTable): string =>
  [head, ...rows].map((cells) => `${cells.map(exactText).join('\t')}\n`).join('');
