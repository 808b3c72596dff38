import { cosineDropped, cosineKept, cosineRandom } from './cosines.ts';
import { equation10, equation9 } from './equations.ts';
import type { Measurement } from './measurement.ts';
import { nonLinearity } from './nonLinearity.ts';
import { samGap } from './samGap.ts';
import { droppedLoss, droppedLossAbove, keptLoss, keptLossAbove } from './selectedLosses.ts';

export type { Measurement, StepSums } from './measurement.ts';

/** Everything that is measured beside loss and accuracy, in the order in which it is listed. */
export const measurements = {
  samGap,
  nonLinearity,
  keptLoss,
  droppedLoss,
  keptLossAbove,
  droppedLossAbove,
  equation9,
  equation10,
  cosineKept,
  cosineDropped,
  cosineRandom,
} as const satisfies Record<string, Measurement>;

export type MeasurementId = keyof typeof measurements;
export const measurementIds = Object.keys(measurements) as MeasurementId[];

/** The measurement of an id, as any of them. */
export const measurementOf = (id: MeasurementId): Measurement => measurements[id];
