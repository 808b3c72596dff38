type Point = readonly [number, number];

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Where the straight line between two corners has the level. */
const crossing = (a: Corner, b: Corner, level: number): Point => {
  const share = (level - a.value) / (b.value - a.value);
  return [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)];
};

/**
 * Pieces of the line on which a surface has a value (marching squares): corners at or above it are apart from those below. A saddle is
 * told apart by the mean of its corners.
 * @param values - row by row, a row for each y; no line goes through a cell with a null corner.
 */
export const contour = (
  xs: readonly number[],
  ys: readonly number[],
  values: readonly (readonly (number | null)[])[],
  level: number,
): (readonly [Point, Point])[] => {
  const cornerAt = (column: number, row: number): Corner => ({
    x: xs[column] ?? 0,
    y: ys[row] ?? 0,
    value: values[row]?.[column] ?? NaN,
  });
  const cells = ys.slice(1).flatMap((_, row) => xs.slice(1).map((__, column) => [column, row] as const));
  return cells.flatMap(([column, row]) => {
    const around = [
      cornerAt(column, row),
      cornerAt(column + 1, row),
      cornerAt(column + 1, row + 1),
      cornerAt(column, row + 1),
    ];
    return around.some(({ value }) => Number.isNaN(value)) ? [] : piecesOf(around, level);
  });
};

/** @param around - a cell's four corners in order. */
const piecesOf = (around: readonly Corner[], level: number): (readonly [Point, Point])[] => {
  const crossings = around.flatMap((corner, index): Point[] => {
    const next = around[(index + 1) % 4];
    return next !== undefined && corner.value >= level !== next.value >= level ? [crossing(corner, next, level)] : [];
  });
  const [a, b, c, d] = crossings;
  if (a === undefined || b === undefined) return [];
  if (c === undefined || d === undefined) return [[a, b]];
  const isMiddleAbove = around.reduce((sum, { value }) => sum + value, 0) / 4 >= level;
  const isFirstAbove = (around[0]?.value ?? 0) >= level;
  return isMiddleAbove === isFirstAbove
    ? [
        [a, b],
        [c, d],
      ]
    : [
        [d, a],
        [b, c],
      ];
};
