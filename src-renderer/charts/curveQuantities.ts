import { measurementIds, measurementOf } from '../../shared/measurements/index.ts';
import { isMeasurement, type CurveMetric } from '../../shared/result.ts';
import { formatFixed, formatNumber, formatSpeed } from '../format.ts';

/** What curves can show. */
export const curveQuantities: readonly { readonly value: CurveMetric; readonly label: string }[] = [
  { value: 'testAccuracy', label: 'Test accuracy' },
  { value: 'trainAccuracy', label: 'Train accuracy' },
  { value: 'testLoss', label: 'Test loss' },
  { value: 'trainLoss', label: 'Train loss' },
  { value: 'imagesPerSecond', label: 'Images/s' },
  ...measurementIds.map((id) => ({ value: id, label: measurementOf(id).label })),
];

/** Fractions are shown in percent. */
export const isPercentage = (metric: CurveMetric): boolean =>
  isMeasurement(metric) ? measurementOf(metric).unit === 'share of steps' : metric.endsWith('Accuracy');

/** A value in the unit of its axis, as text. */
export const curveText = (metric: CurveMetric, value: number): string => {
  if (isPercentage(metric)) return formatFixed(value, 2);
  return metric === 'imagesPerSecond' ? formatSpeed(value) : formatNumber(value);
};
