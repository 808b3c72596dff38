import type { PointShape } from '../../shared/methods/method.ts';

/** One line of a chart. */
export interface Series {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly shape: PointShape;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** Drawn thin and pale behind the others. */
  readonly isFaint?: boolean;
  readonly isThin?: boolean;
  readonly hasMarks?: boolean;
  /** Marks are outlines. */
  readonly isHollow?: boolean;
}

/** Points without those whose value is missing. */
export const pointsOf = <T>(
  items: readonly T[],
  x: (item: T) => number,
  y: (item: T) => number | null,
): { x: number; y: number }[] =>
  items.flatMap((item) => {
    const value = y(item);
    return value === null ? [] : [{ x: x(item), y: value }];
  });
