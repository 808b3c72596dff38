import type { ResultsRow } from '../../../shared/result.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { haveSameSpeedBase, roundMsOf, speedBaseOf } from '../../../shared/speed.ts';
import type { SpeedMeasurement } from '../../../shared/speed.ts';
import type { Group } from './groups.ts';
import { ratioOf } from './speedRatio.ts';

type PairedSpeed = ResultsRow['pairedSpeed'];

/** Speeds measured together, the newest first: on this machine, and by the lab that they were imported from. */
export interface MeasuredSpeeds {
  readonly own: readonly SpeedMeasurement[];
  readonly imported: ReadonlyMap<string, readonly SpeedMeasurement[]>;
}

/**
 * A group's speed relative to the baseline's where both were measured together, by the newest such measurement; null for the baseline
 * itself, and where their steps are the same, or differ in more than the method.
 * @param measurements - of this machine, the newest first; of imported groups, what was imported from their lab.
 */
export const pairedSpeedOf = (group: Group, baseline: Group | undefined, measurements: MeasuredSpeeds): PairedSpeed => {
  if (baseline === undefined || group === baseline || group.origin?.lab !== baseline.origin?.lab) return null;
  const known = group.origin === null ? measurements.own : (measurements.imported.get(group.origin.lab) ?? []);
  if (known.length === 0) return null;
  if (!haveSameSpeedBase(group.config, baseline.config)) return null;
  const base = canonicalJson(speedBaseOf(group.config));
  for (const measurement of known) {
    if (canonicalJson(measurement.base) !== base) continue;
    const roundMs = roundMsOf(measurement, group.config, group.climbed);
    const against = roundMsOf(measurement, baseline.config, baseline.climbed);
    if (roundMs === null || against === null) continue;
    if (roundMs === against) return null; // the same steps, which nobody measured against themselves
    const { processes, at } = measurement;
    return { ...ratioOf({ roundMs }, { roundMs: against }, processes), rounds: roundMs.length, processes, at };
  }
  return null;
};
