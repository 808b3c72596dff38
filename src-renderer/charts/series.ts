import type { PointShape } from '../../shared/methods/method.ts';

/** One line of a chart. */
export interface Series {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly shape: PointShape;
  /** y is null where it was not finite: the line has a gap there. */
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** Drawn thin and pale behind the others. */
  readonly isFaint?: boolean;
  /** One of many such: paler still. */
  readonly isDim?: boolean;
  readonly isThin?: boolean;
  readonly hasMarks?: boolean;
  /** Marks are outlines. */
  readonly isHollow?: boolean;
}

/** A point of each item; null where the value is missing. */
export const pointsOf = <T>(
  items: readonly T[],
  x: (item: T) => number,
  y: (item: T) => number | null,
): { x: number; y: number | null }[] => items.map((item) => ({ x: x(item), y: y(item) }));
