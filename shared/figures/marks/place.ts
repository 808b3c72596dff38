import type { Box } from '../scene.ts';

/** A text that wants to stand beside its mark. */
export interface Wish {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Whether it may stand away from its mark, at the end of a line; unless said otherwise, it may. */
  readonly mayLead?: boolean;
}

export interface Placed {
  readonly box: Box;
  /** From mark to text, where the text had to go some way; null where it stands beside its mark. */
  readonly leader: readonly [x1: number, y1: number, x2: number, y2: number] | null;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const directions = Array.from({ length: 16 }, (_, index) => (index * Math.PI) / 8);
const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Beside the mark first, then further and further away. */
const placesOf = ({ x, y, width }: Wish, height: number, r: number): Placed[] => {
  const beside = [-height - 2, 2, -height / 2].flatMap((dy) =>
    [r + 2, -r - 2 - width].map((dx): Placed => ({
      box: { x: x + dx, y: y + dy, width, height },
      leader: null,
    })),
  );
  const away = [2, 3.5, 5.5, 8].flatMap((times) =>
    directions.map((angle): Placed => {
      const distance = times * height;
      const [cx, cy] = [x + distance * Math.cos(angle), y - distance * Math.sin(angle)];
      const left = Math.abs(Math.cos(angle)) < 0.3 ? cx - width / 2 : Math.cos(angle) > 0 ? cx : cx - width;
      const box = { x: left, y: cy - height / 2, width, height };
      const to = [within(x, box.x, box.x + width), within(y, box.y, box.y + height)] as const;
      const length = Math.hypot(to[0] - x, to[1] - y) || 1;
      const from = [x + ((to[0] - x) * (r + 1)) / length, y + ((to[1] - y) * (r + 1)) / length] as const;
      return { box, leader: [...from, ...to] };
    }),
  );
  return [...beside, ...away];
};

/**
 * Places texts beside their marks, each in the first place that is inside, on no mark and on no other text, with a line to its mark where
 * that is some way off. Null for a text that finds none.
 * @param height - of a text. @param r - of a mark.
 */
export const placeTexts = (
  wishes: readonly (Wish | null)[],
  marks: readonly { readonly x: number; readonly y: number }[],
  { inside, height, r }: { readonly inside: Box; readonly height: number; readonly r: number },
): (Placed | null)[] => {
  const taken: Box[] = marks.map(({ x, y }) => ({ x: x - r, y: y - r, width: 2 * r, height: 2 * r }));
  const isInside = (box: Box): boolean =>
    box.x >= inside.x &&
    box.x + box.width <= inside.x + inside.width &&
    box.y >= inside.y &&
    box.y + box.height <= inside.y + inside.height;
  return wishes.map((wish) => {
    if (wish === null) return null;
    const place = placesOf(wish, height, r).find(
      ({ box, leader }) =>
        (leader === null || wish.mayLead !== false) && isInside(box) && !taken.some((other) => overlap(box, other)),
    );
    if (place === undefined) return null;
    taken.push(place.box);
    return place;
  });
};
