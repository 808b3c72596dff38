interface Point {
  readonly x: number;
  readonly y: number | null;
}

/**
 * Exponential moving average over the points in order that have a value, without the pull towards zero at the beginning: as TensorBoard smooths.
 * @param weight - of what came before, 0 (nothing is smoothed) to below 1.
 */
export const smoothed = (points: readonly Point[], weight: number): Point[] => {
  let sum = 0;
  let weights = 0;
  return points.map(({ x, y }) => {
    if (y === null) return { x, y };
    sum = weight * sum + y;
    weights = weight * weights + 1;
    return { x, y: sum / weights };
  });
};
