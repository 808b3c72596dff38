import type { MeanSd } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Group } from './groups.ts';
import { mean, sampleSd } from './moments.ts';

/** A run's test accuracy once it has trained for so long, between epochs by a straight line; null before its first epoch ended, and after its last. */
export type AccuracyAt = (id: RunId, activeMs: number) => number | null;

/** The training time of the run that took the least: every run of the table has been there. Null where none has finished. */
export const equalTimeOf = (groups: readonly Group[]): number | null => {
  const times = groups.flatMap(({ finished }) => finished.map(({ activeMs }) => activeMs));
  return times.length === 0 ? null : times.reduce((least, time) => Math.min(least, time));
};

/** Over a group's finished runs; null unless all of them were measured around that time. */
export const accuracyAtEqualTime = ({ finished }: Group, activeMs: number, accuracyAt: AccuracyAt): MeanSd | null => {
  const values = finished.map(({ id }) => accuracyAt(id, activeMs)).filter((value) => value !== null);
  return values.length === 0 || values.length < finished.length ? null : { mean: mean(values), sd: sampleSd(values) };
};
