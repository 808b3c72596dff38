import type { Series } from './series.ts';

export interface ChartRow {
  readonly x: number;
  /** Of each series; null where it has no point there. */
  readonly values: readonly (number | null)[];
}

const mostRows = 200;

/** A chart's points as a table, a column a series; of long ones evenly chosen rows, the last among them. */
export const chartRows = (series: readonly Series[]): ChartRow[] => {
  const bySeries = series.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  const all = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(all.length / mostRows));
  return all
    .filter((_, index) => (all.length - 1 - index) % step === 0)
    .map((x) => ({ x, values: bySeries.map((points) => points.get(x) ?? null) }));
};
