import type { Figure } from './figure.ts';
import { ink } from './ink.ts';
import { symbol } from './marks/symbol.ts';
import { rectangle, segment } from './scene.ts';
import type { PathShape, TextShape } from './scene.ts';
import { textWidth } from './textWidth.ts';

type Key = (x: number, y: number) => PathShape[];
interface Entry {
  readonly name: string;
  readonly key: Key;
}

const size = ink.size.tick;
const keyWidth = 18;
const gap = 10;
export const legendLine = 11;

/** Each name once, though several panels have it; a series whose points bear their names needs no key. */
const entriesOf = ({ panels }: Figure): Entry[] => {
  const found = new Map<string, Entry>();
  for (const mark of panels.flatMap(({ marks }) => marks)) {
    if (mark.kind === 'series' && mark.name !== '') {
      const { name, color, dash, shape, isHollow } = mark;
      const key: Key = (x, y) => [
        ...(dash === null
          ? []
          : [{ kind: 'path', d: segment(x, y, x + keyWidth, y), stroke: color, width: ink.width.line, dash } as const]),
        ...(shape === null ? [] : [symbol(shape, x + keyWidth / 2, y, color, { isHollow })]),
      ];
      if (!found.has(name)) found.set(name, { name, key });
    }
    if (mark.kind === 'bars')
      for (const { name, color } of mark.parts)
        found.set(name, {
          name,
          key: (x, y) => [{ kind: 'path', d: rectangle({ x: x + 4, y: y - 3, width: 10, height: 6 }), fill: color }],
        });
  }
  return [...found.values()];
};

/** The names of all lines, marks and parts in rows above the panels. */
export const drawLegend = (figure: Figure, width: number): { height: number; shapes: (PathShape | TextShape)[] } => {
  let [x, y] = [4, 8];
  const shapes: (PathShape | TextShape)[] = [];
  const entries = entriesOf(figure);
  for (const { name, key } of entries) {
    const needed = keyWidth + 3 + textWidth(name, size);
    if (x > 4 && x + needed > width - 4) [x, y] = [4, y + legendLine];
    shapes.push(...key(x, y), {
      ...{ kind: 'text', x: x + keyWidth + 3, y: y + size * 0.35, text: name, size },
      ...{ anchor: 'start', color: ink.text },
    });
    x += needed + gap;
  }
  return { height: entries.length === 0 ? 4 : y + 8, shapes };
};
