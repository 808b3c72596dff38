import { groupedBy } from '../groupedBy.ts';
import type { ResultsRow, ResultsTable } from '../result.ts';
import type { OptimizerConfig } from '../runConfig.ts';
import { differingPaths, settingName, settingText, settingValues } from '../settings/index.ts';

/** A group at its value of a setting. */
export interface SensitivityPoint {
  readonly row: ResultsRow;
  /** As it is configured: ESAM with β = 1 is the end of a sweep of β, though it is called SDS alone. */
  readonly method: OptimizerConfig['name'];
  /** Which of the values. */
  readonly x: number;
  /** Percent, and one sample standard deviation. */
  readonly y: number;
  readonly sd: number | null;
}

/** How much a setting matters: what methods reach at each of its values. */
export interface Sensitivity {
  readonly path: string;
  readonly name: string;
  /** From the smallest on, as text. */
  readonly values: readonly string[];
  readonly points: readonly SensitivityPoint[];
}

/**
 * Of each setting that some method was compared at several values of. None over several data sets, whose accuracies are not to be
 * compared, nor where there are but two groups.
 */
export const sensitivitiesOf = ({ rows, accuracy }: ResultsTable): Sensitivity[] => {
  const measured = rows.flatMap((row) => {
    const { mean, sd } = accuracy === 'last' ? row.lastTestAccuracy : row.bestTestAccuracy;
    if (mean === null) return [];
    return [
      {
        row,
        method: row.config.optimizer.name,
        y: 100 * mean,
        sd: sd === null ? null : 100 * sd,
        settings: settingValues(row.config),
      },
    ];
  });
  if (new Set(measured.map(({ row }) => row.config.dataset.id)).size > 1) return [];
  return differingPaths(measured.map(({ row }) => row.config)).flatMap((path) => {
    const placed = measured.flatMap((one) =>
      one.settings.has(path) ? [{ ...one, value: one.settings.get(path), text: textOf(path, one.settings) }] : [],
    );
    const swept = [...groupedBy(placed, ({ method }) => method).values()].filter(
      (own) => new Set(own.map(({ text }) => text)).size > 1,
    );
    const points = swept.flat();
    if (points.length < 3) return [];
    const values = [...new Map(points.map(({ text, value }) => [text, value]))].sort(([, a], [, b]) => order(a, b));
    const places = new Map(values.map(([text], index) => [text, index]));
    return [
      {
        ...{ path, name: settingName(path), values: values.map(([text]) => text) },
        points: points.map(({ row, method, y, sd, text }) => ({ row, method, y, sd, x: places.get(text) ?? 0 })),
      },
    ];
  });
};

/** At each value the best of these groups, whatever their other settings are: one, in the order of the values. */
export const bestAtEach = (points: readonly SensitivityPoint[]): SensitivityPoint[] =>
  [...groupedBy(points, ({ x }) => x).values()]
    .flatMap((at) => at.toSorted((a, b) => b.y - a.y).slice(0, 1))
    .toSorted((a, b) => a.x - b.x);

const textOf = (path: string, settings: ReadonlyMap<string, unknown>): string => settingText(path, settings.get(path));

/** Numbers by size, what is none ("all") before them; names as they come. */
const order = (a: unknown, b: unknown): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Number(typeof a === 'number') - Number(typeof b === 'number');
};
