import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeTexts } from '../../../shared/figures/marks/place.ts';

const inside = { x: 0, y: 0, width: 500, height: 300 };

test('names lie inside, on no mark and on no other name; a line leads from each that is away to its own mark', () => {
  const mark = fc.record({ x: fc.integer({ min: 5, max: 495 }), y: fc.integer({ min: 5, max: 295 }) });
  fc.assert(
    fc.property(
      fc.array(fc.record({ mark, width: fc.integer({ min: 10, max: 120 }) }), { maxLength: 40 }),
      (wishes) => {
        const marks = wishes.map((wish) => wish.mark);
        const places = placeTexts(
          wishes.map((wish) => ({ ...wish.mark, width: wish.width })),
          marks,
          { inside, height: 12, r: 5 },
        );
        const boxes = places.flatMap((place) => place?.box ?? []);
        const all = [...boxes, ...marks.map(({ x, y }) => ({ x: x - 5, y: y - 5, width: 10, height: 10 }))];
        boxes.forEach((box, index) => {
          expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= 500 && box.y + box.height <= 300).toBe(true);
          const others = all.filter((_, other) => other !== index);
          const isFree = others.every(
            (o) =>
              box.x >= o.x + o.width ||
              o.x >= box.x + box.width ||
              box.y >= o.y + o.height ||
              o.y >= box.y + box.height,
          );
          expect(isFree).toBe(true);
        });
        places.forEach((place, index) => {
          const { x = 0, y = 0 } = marks[index] ?? {};
          if (place?.leader) expect(Math.hypot(place.leader[0] - x, place.leader[1] - y)).toBeCloseTo(6, 6);
        });
      },
    ),
  );
});

test('a few points that lie together all get their names', () => {
  const marks = Array.from({ length: 8 }, (_, index) => ({ x: 250 + (index % 3), y: 150 + index, width: 80 }));
  const places = placeTexts(marks, marks, { inside, height: 12, r: 5 });
  expect(places.every((place) => place !== null)).toBe(true);
  expect(places.filter((place) => place?.leader).length).toBeGreaterThan(3);
});
