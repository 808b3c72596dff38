import type { ResultsRow, ResultsTable } from '../result.ts';

/** A group by its speed and its accuracy, as both are drawn: images/s and percent. */
export interface SpeedAccuracy {
  readonly row: ResultsRow;
  readonly x: number;
  readonly y: number;
  /** The runs' range of speeds, and one sample standard deviation of accuracy. */
  readonly xLow: number;
  readonly xHigh: number;
  readonly yLow: number;
  readonly yHigh: number;
  readonly hasSd: boolean;
  /** Each finished run. */
  readonly seeds: readonly { readonly x: number; readonly y: number }[];
  /** Another group surpasses it in one without falling behind in the other. */
  readonly isDominated: boolean;
}

const surpasses = (one: { x: number; y: number }, other: { x: number; y: number }): boolean =>
  one.x >= other.x && one.y >= other.y && (one.x > other.x || one.y > other.y);

/** The groups of a table that have both, in its order. */
export const speedAccuracyOf = ({ rows, accuracy }: ResultsTable): SpeedAccuracy[] => {
  const points = rows.flatMap((row) => {
    const { mean, sd } = accuracy === 'last' ? row.lastTestAccuracy : row.bestTestAccuracy;
    const { median: x, min, max } = row.imagesPerSecond;
    if (mean === null || x === null) return [];
    const y = 100 * mean;
    const seeds = (row.ofSeeds ?? []).flatMap((seed) => {
      const value = accuracy === 'last' ? seed.lastTestAccuracy : seed.bestTestAccuracy;
      return seed.imagesPerSecond === null ? [] : [{ x: seed.imagesPerSecond, y: 100 * value }];
    });
    const spread = 100 * (sd ?? 0);
    return [
      { row, x, y, xLow: min ?? x, xHigh: max ?? x, yLow: y - spread, yHigh: y + spread, hasSd: sd !== null, seeds },
    ];
  });
  return points.map((point) => ({ ...point, isDominated: points.some((other) => surpasses(other, point)) }));
};

/** Those that nobody surpasses, from the slowest on. */
export const paretoFront = (points: readonly SpeedAccuracy[]): SpeedAccuracy[] =>
  points.filter(({ isDominated }) => !isDominated).toSorted((a, b) => a.x - b.x || a.y - b.y);
