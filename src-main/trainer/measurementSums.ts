import { z } from 'zod';
import { measurementIds, measurementOf, type StepSums } from '../../shared/measurements/index.ts';
import type { Measurements } from '../../shared/metrics.ts';

/** Sums of measurements by id, each over the steps that have it; a sum is null once a value was not finite. */
export const measurementSumsSchema = z.record(
  z.string(),
  z.strictObject({ sum: z.number().nullable(), steps: z.number().int().min(1) }),
);
export type MeasurementSums = z.infer<typeof measurementSumsSchema>;

/** What the passes of a step give; a measurement that none gives is absent. */
export const measurementsOf = (parts: readonly StepSums[]): Measurements =>
  Object.fromEntries(
    measurementIds.flatMap((id) => {
      const value = measurementOf(id).of?.(parts) ?? null;
      return value === null ? [] : [[id, Number.isFinite(value) ? value : null]];
    }),
  );

/** The sums with one more step in them. */
export const withStep = (sums: MeasurementSums, values: Measurements): MeasurementSums => {
  const next = { ...sums };
  for (const [id, value] of Object.entries(values)) {
    const before = next[id] ?? { sum: 0, steps: 0 };
    next[id] = { sum: before.sum === null || value === null ? null : before.sum + value, steps: before.steps + 1 };
  }
  return next;
};

/** The mean of each measurement over the steps that have it. */
export const meansOf = (sums: MeasurementSums): Measurements =>
  Object.fromEntries(
    measurementIds.flatMap((id) => {
      const found = sums[id];
      return found === undefined ? [] : [[id, found.sum === null ? null : found.sum / found.steps]];
    }),
  );
