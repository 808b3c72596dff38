import type { Series } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import { segment } from '../scene.ts';
import type { PathShape, TextShape } from '../scene.ts';
import { textWidth } from '../textWidth.ts';
import { placeTexts } from './place.ts';

const size = ink.size.tick;

/** Writes the points' names beside them, or at the end of a thin line where it is crowded; a name that finds no room is left out. */
export const drawLabels = (all: readonly Series[], frame: Frame): (PathShape | TextShape)[] => {
  const points = all.flatMap(({ items, shape, isSmall }) =>
    items.map(({ x, y, label = '' }) => ({
      ...{ x: frame.x(x), y: frame.y(y) },
      ...{ label: isSmall ? '' : label, isMark: shape !== null && !isSmall },
    })),
  );
  const wishes = points.map((point) =>
    point.label === '' ? null : { x: point.x, y: point.y, width: textWidth(point.label, size) },
  );
  const marks = points.filter(({ isMark }) => isMark);
  const places = placeTexts(wishes, marks, { inside: frame.box, height: size, r: ink.mark });
  return places.flatMap((place, index): (PathShape | TextShape)[] => {
    if (place === null) return [];
    const { box, leader } = place;
    return [
      ...(leader === null
        ? []
        : [{ kind: 'path', d: segment(...leader), stroke: ink.axis, width: ink.width.grid } as const]),
      {
        ...{ kind: 'text', x: box.x, y: box.y + size * 0.85, text: points[index]?.label ?? '', size },
        ...{ anchor: 'start', color: ink.text, hasHalo: true },
      },
    ];
  });
};
