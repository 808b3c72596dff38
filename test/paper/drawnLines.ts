import type { Figure, Mark, Panel } from '../../shared/figures/figure.ts';
import { markdownTable } from './markdownTable.ts';

type Series = Extract<Mark, { kind: 'series' }>;
type Plane = Extract<Mark, { kind: 'heat' | 'surface' }>;

const shown = (value: number): string => {
  const isFar = value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5);
  return (isFar ? value.toExponential(2) : String(Number(value.toPrecision(4)))).replaceAll('-', '−');
};

/** A curve's value at an end, with its deviation. */
const valueOf = (item: Series['items'][number] | undefined): string => {
  if (item === undefined) return '–';
  const sd = item.yHigh === undefined ? 0 : item.yHigh - item.y;
  return `${shown(item.y)}${sd > 0 ? ` ± ${shown(sd)}` : ''}`;
};

const curveLines = ({ title, x, y, marks }: Panel): string[][] =>
  marks
    .filter((mark): mark is Series => mark.kind === 'series' && mark.dash !== null && mark.name !== '')
    .map(({ name, items }) => {
      const what = [title, y.label].filter((text) => text !== '').join(': ');
      const [first, last] = [items[0], items.at(-1)];
      const ends = [first, last].map((item) => `${x.label} ${item === undefined ? '' : shown(item.x)}`);
      return [what, name, `${ends[0] ?? ''}: ${valueOf(first)}`, `${ends[1] ?? ''}: ${valueOf(last)}`];
    });

const planeLines = ({ title, marks }: Panel): string[][] =>
  marks
    .filter((mark): mark is Plane => mark.kind === 'heat' || mark.kind === 'surface')
    .map(({ xs, ys, values }) => {
      const found = values.flat().filter((value) => value !== null);
      const center = values[Math.floor(ys.length / 2)]?.[Math.floor(xs.length / 2)] ?? null;
      const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
      const most = found.reduce((highest, value) => Math.max(highest, value), -Infinity);
      return [title, `${xs.length} × ${ys.length}`, center === null ? '–' : shown(center), shown(mean), shown(most)];
    });

/** What a figure shows, in numbers: where its curves begin and end, and its surfaces' losses. */
export const drawnLines = (figure: Figure | null): string[] => {
  if (figure === null) return [];
  const isOfCurves = figure.panels.every(({ marks }) => marks.some((mark) => mark.kind === 'series' && mark.isBand));
  return [
    ...(isOfCurves ? markdownTable(['Quantity', 'Line', 'First', 'Last'], figure.panels.flatMap(curveLines)) : []),
    ...markdownTable(
      ['Checkpoint', 'Places', 'Loss at θ', 'Mean over the plane', 'Highest'],
      figure.panels.flatMap(planeLines),
    ),
    figure.caption,
    '',
  ];
};
