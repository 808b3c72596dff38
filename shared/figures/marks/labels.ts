import type { Series } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import type { Box, TextShape } from '../scene.ts';
import { textWidth } from '../textWidth.ts';

const size = ink.size.tick;
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Writes the points' names beside them: each in the first place around it that is inside the panel, on no mark and on no other name. */
export const drawLabels = (all: readonly Series[], frame: Frame): TextShape[] => {
  const points = all.flatMap(({ items }) => items).map(({ x, y, label }) => ({ x: frame.x(x), y: frame.y(y), label }));
  const r = ink.mark;
  const taken: Box[] = points.map(({ x, y }) => ({ x: x - r, y: y - r, width: 2 * r, height: 2 * r }));
  return points.flatMap(({ x, y, label }): TextShape[] => {
    if (label === undefined || label === '') return [];
    const width = textWidth(label, size);
    const places = [-size - 2, 2, -size / 2, -2 * size - 2, size + 2].flatMap((dy) =>
      [r + 2, -r - 2 - width].map((dx): Box => ({ x: x + dx, y: y + dy, width, height: size })),
    );
    const isInside = (box: Box): boolean =>
      box.x > frame.box.x &&
      box.x + box.width < frame.box.x + frame.box.width &&
      box.y > frame.box.y &&
      box.y + box.height < frame.box.y + frame.box.height;
    const place =
      places.find((box) => isInside(box) && !taken.some((other) => overlap(box, other))) ?? places.find(isInside);
    if (place === undefined) return [];
    taken.push(place);
    return [
      {
        ...{ kind: 'text', x: place.x, y: place.y + size * 0.85, text: label, size },
        ...{ anchor: 'start', color: ink.text, hasHalo: true },
      },
    ];
  });
};
