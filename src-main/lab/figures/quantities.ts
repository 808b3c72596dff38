import { measurementOf } from '../../../shared/measurements/index.ts';
import type { MeasurementId } from '../../../shared/measurements/index.ts';
import type { GroupCurve } from '../../../shared/result.ts';

/** Quantities of one method have colours of no method. */
const looks = [
  { color: '#8c2d04', dash: [], shape: 'triangle' },
  { color: '#2171b5', dash: [4, 2], shape: 'rect' },
  { color: '#636363', dash: [1.5, 1.5], shape: 'circle' },
  { color: '#41ab5d', dash: [6, 2, 1.5, 2], shape: 'rectRot' },
] as const;

interface QuantityPanel {
  readonly title: string;
  readonly lines: readonly { readonly metric: MeasurementId; readonly name: string }[];
}

const units = {
  loss: { label: 'mean loss', factor: 1 },
  cosine: { label: 'cosine', factor: 1 },
  'share of steps': { label: '% of steps', factor: 100 },
} as const;

/**
 * Quantities over epochs, the panels for each group, a line a quantity, bands of one standard deviation; what has one unit has one scale.
 * @param curvesOf - of all groups.
 */
export const quantityPanels = (
  panels: readonly QuantityPanel[],
  curvesOf: (metric: MeasurementId) => readonly GroupCurve[],
): object[] => {
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const lookOf = (name: string) => looks[names.indexOf(name) % looks.length];
  const curves = new Map(panels.flatMap(({ lines }) => lines.map(({ metric }) => [metric, curvesOf(metric)])));
  const groups = [...curves.values()][0] ?? [];
  const drawn = groups.flatMap(({ groupHash, label }) =>
    panels.flatMap(({ title, lines }) => {
      const { unit } = measurementOf(lines[0]?.metric ?? 'samGap');
      const { factor } = units[unit];
      const marks = lines.flatMap(({ metric, name }) => {
        const points = curves.get(metric)?.find((curve) => curve.groupHash === groupHash)?.points ?? [];
        const items = points.flatMap(({ x, mean, sd }) => {
          if (mean === null) return [];
          const spread = sd === null ? {} : { yLow: factor * (mean - sd), yHigh: factor * (mean + sd) };
          return [{ x, y: factor * mean, ...spread }];
        });
        return items.length === 0 ? [] : [{ kind: 'series', ...lookOf(name), name, isBand: true, items }];
      });
      const whose = groups.length > 1 ? `${label}: ` : '';
      return marks.length === 0 ? [] : [{ title: `${whose}${title}`, unit, marks }];
    }),
  );
  return drawn.map(({ title, unit, marks }) => {
    const alike = drawn.filter((other) => other.unit === unit).flatMap((other) => other.marks);
    const { label } = units[unit];
    // No more steps than all of them: a band that goes beyond ends there, a mark does not.
    const ends = unit === 'share of steps' ? { ...endsOf(alike), max: 104 } : endsOf(alike);
    return { title, x: { label: 'epoch', isWhole: true }, y: { label, ...ends }, marks };
  });
};

interface Line {
  readonly items: readonly { readonly y: number; readonly yLow?: number; readonly yHigh?: number }[];
}

/** From where to where these lines go, and a little further. */
const endsOf = (lines: readonly Line[]): { readonly min: number; readonly max: number } => {
  const heights = lines.flatMap(({ items }) => items.flatMap(({ y, yLow, yHigh }) => [yLow ?? y, yHigh ?? y]));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const air = 0.05 * (high - low || Math.abs(high) || 1);
  return { min: low - air, max: high + air };
};
