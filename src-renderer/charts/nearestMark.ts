import type { Frame } from '../../shared/figures/frame.ts';
import type { ResultsRow } from '../../shared/result.ts';
import type { Pointed } from './plot.ts';

interface Mark {
  readonly row: ResultsRow;
  readonly x: number;
  readonly y: number;
}

/** How far a mark may be from the pointer, in pixels, to be meant. */
const reach = 14;

/** The key of the group whose mark the pointer means. */
export const nearestMark = (marks: readonly Mark[], { px, py }: Pointed, frame: Frame): string | null => {
  const found = marks
    .map(({ row, x, y }) => ({ key: row.key, far: Math.hypot(frame.x(x) - px, frame.y(y) - py) }))
    .toSorted((a, b) => a.far - b.far)[0];
  return found !== undefined && found.far < reach ? found.key : null;
};
