import { measurementOf } from '../../../shared/measurements/index.ts';
import { isMeasurement, type CurveMetric, type GroupCurve } from '../../../shared/result.ts';

/** Quantities of one method have colours of no method. */
const looks = [
  { color: '#8c2d04', dash: [], shape: 'triangle' },
  { color: '#2171b5', dash: [4, 2], shape: 'rect' },
  { color: '#636363', dash: [1.5, 1.5], shape: 'circle' },
] as const;

/** Quantities over epochs, a panel a group, a line a quantity, bands of one standard deviation. */
export const togetherPanels = (
  quantities: readonly { readonly metric: CurveMetric; readonly curves: readonly GroupCurve[] }[],
): object[] =>
  (quantities[0]?.curves ?? []).flatMap(({ groupHash, label }) => {
    const marks = quantities.flatMap(({ metric, curves }, index) => {
      const points = curves.find((curve) => curve.groupHash === groupHash)?.points ?? [];
      const items = points.flatMap(({ x, mean, sd }) =>
        mean === null ? [] : [{ x, y: mean, ...(sd !== null && { yLow: mean - sd, yHigh: mean + sd }) }],
      );
      const name = isMeasurement(metric) ? measurementOf(metric).label : metric;
      return items.length === 0 ? [] : [{ kind: 'series', ...looks[index % looks.length], name, isBand: true, items }];
    });
    const [first] = quantities;
    const unit = first !== undefined && isMeasurement(first.metric) ? measurementOf(first.metric).unit : '';
    return marks.length === 0 ? [] : [{ title: label, x: { label: 'epoch' }, y: { label: unit }, marks }];
  });
