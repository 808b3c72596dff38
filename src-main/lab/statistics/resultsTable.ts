import { measurementIds } from '../../../shared/measurements/index.ts';
import { predictedUnits } from '../../../shared/method.ts';
import type { AccuracyChoice, OfSeed, ResultsQuery, ResultsRow, ResultsTable } from '../../../shared/result.ts';
import { dataOf } from '../../../shared/results/data.ts';
import { haveSameSpeedBase } from '../../../shared/speed.ts';
import { compareRows } from './comparison.ts';
import { unlikeConditions } from './conditions.ts';
import { accuracyAtEqualTime, equalTimeOf } from './equalTime.ts';
import type { AccuracyAt } from './equalTime.ts';
import { nameGroups, type NameOfDataset } from './groups.ts';
import type { FinishedRun, Group } from './groups.ts';
import { pairedSpeedOf } from './pairedSpeed.ts';
import type { MeasuredSpeeds } from './pairedSpeed.ts';
import { mean, meanSd, median, present } from './moments.ts';
import { welch } from './welch.ts';

const accuracyOf: Readonly<Record<AccuracyChoice, (run: FinishedRun) => number>> = {
  last: ({ lastTestAccuracy }) => lastTestAccuracy,
  best: ({ bestTestAccuracy }) => bestTestAccuracy,
};

/** Measurements of the last epoch, over the runs that have them; those of no run are left out. */
const lastMeasurements = (runs: readonly FinishedRun[]): ResultsRow['measurements'] =>
  Object.fromEntries(
    measurementIds.flatMap((id) => {
      const values = present(runs.map(({ measurements }) => measurements[id] ?? null));
      return values.length === 0 ? [] : [[id, meanSd(values)]];
    }),
  );

/** Each run's images/s. */
const speeds = (runs: readonly FinishedRun[]): number[] => present(runs.map(({ imagesPerSecond }) => imagesPerSecond));

const largest = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));

const ratio = (value: number | null, baseline: number | null): number | null =>
  value === null || baseline === null || baseline === 0 ? null : value / baseline;

/** The cost model compares methods' steps; it says nothing where these differ in anything else. */
const predictedRatioOver = (baseline: Group | undefined): ((group: Group) => number | null) => {
  if (baseline === undefined) return () => null;
  const units = predictedUnits(baseline.config);
  return ({ config }) => (haveSameSpeedBase(config, baseline.config) ? ratio(units, predictedUnits(config)) : null);
};

/** Gain in percentage points; null for the baseline itself and where either has no finished run. */
const gainOver = (group: Group, baseline: Group | undefined, accuracy: AccuracyChoice): ResultsRow['gainPoints'] => {
  if (baseline === undefined || group === baseline) return null;
  const values = group.finished.map(accuracyOf[accuracy]);
  const baselineValues = baseline.finished.map(accuracyOf[accuracy]);
  const [ours, theirs] = [mean(values), mean(baselineValues)];
  if (ours === null || theirs === null) return null;
  const interval = welch(values, baselineValues);
  return {
    mean: 100 * (ours - theirs),
    low: interval === null ? null : 100 * interval.low,
    high: interval === null ? null : 100 * interval.high,
  };
};

/**
 * The chosen row if it is in the table, or else what there is of its group; unless one was chosen, the first of the method that has a
 * finished run.
 */
const baselineOf = (groups: readonly Group[], chosen: string | null, method: 'sgd' | 'sam'): Group | undefined =>
  chosen === null
    ? groups.find(({ config, finished }) => config.optimizer.name === method && finished.length > 0)
    : (groups.find(({ key }) => key === chosen) ?? groups.find(({ hash }) => hash === chosen.slice(0, hash.length)));

/** A run's own values, from which those of its row are computed. @param at - the equal time; null: there is none. */
const ofSeed = (run: FinishedRun, at: number | null, accuracyAt: AccuracyAt): OfSeed => {
  const { id, lastTestAccuracy, bestTestAccuracy, imagesPerSecond, epochMs, activeMs, peakStepBytes, measurements } =
    run;
  return {
    ...{ lastTestAccuracy, bestTestAccuracy, imagesPerSecond, epochMs, activeMs, peakStepBytes },
    accuracyAtEqualTime: at === null ? null : accuracyAt(id, at),
    measurements: Object.fromEntries(Object.entries(measurements).filter(([, value]) => value !== null)),
  };
};

interface KnownBeside {
  readonly speeds?: MeasuredSpeeds;
  readonly accuracyAt?: AccuracyAt | null;
  readonly nameOfDataset?: NameOfDataset | undefined;
}
const noSpeeds: MeasuredSpeeds = { own: [], imported: new Map() };

/** Reads each run's epochs once: its seed's value and its row's mean are of the same time. */
const readOnce = (accuracyAt: AccuracyAt): AccuracyAt => {
  const known = new Map<string, number | null>();
  return (id, activeMs) => {
    const key = `${String(id)} ${String(activeMs)}`;
    const value = known.get(key);
    if (value !== undefined) return value;
    const read = accuracyAt(id, activeMs);
    known.set(key, read);
    return read;
  };
};

/**
 * Means, deviations and comparisons over whole groups; every finished run counts, whatever is on screen.
 * @param beside - what is known besides: speeds measured in turn, and epochs (null where the table is too long to read them).
 */
export const resultsTable = (
  groups: readonly Group[],
  choices: Pick<ResultsQuery, 'speedBaseline' | 'accuracyBaseline' | 'accuracy'> & { equalTimeMs?: number | null },
  { speeds: measured = noSpeeds, accuracyAt: readAccuracyAt = null, nameOfDataset }: KnownBeside = {},
): ResultsTable => {
  const accuracyAt = readAccuracyAt === null ? null : readOnce(readAccuracyAt);
  const names = nameGroups(groups, nameOfDataset);
  const speedBaseline = baselineOf(groups, choices.speedBaseline, 'sam');
  const accuracyBaseline = baselineOf(groups, choices.accuracyBaseline, 'sgd');
  const predictedRatio = predictedRatioOver(speedBaseline);
  const equalTimeMs = accuracyAt === null ? null : (choices.equalTimeMs ?? equalTimeOf(groups));
  const baselineSpeed = median(speeds(speedBaseline?.finished ?? []));

  const data = new Map(groups.map((group) => [group, dataOf(group.config)]));
  const isComparable = (group: Group, baseline: Group | undefined): boolean =>
    baseline !== undefined && data.get(group) === data.get(baseline);
  const bySeed = ({ finished }: Group) =>
    finished.map((run) => ({ seed: run.seed, value: accuracyOf[choices.accuracy](run) }));
  const comparisons = compareRows(
    groups.map((group) =>
      group === accuracyBaseline || !isComparable(group, accuracyBaseline) ? null : bySeed(group),
    ),
    accuracyBaseline === undefined ? [] : bySeed(accuracyBaseline),
  );

  const rows = groups.flatMap((group, index): ResultsRow[] => {
    const name = names[index];
    if (name === undefined) return [];
    const { finished } = group;
    const groupSpeeds = speeds(finished);
    return [
      {
        key: group.key,
        groupHash: group.hash,
        ...name,
        config: group.config,
        origin: group.origin,
        n: finished.length,
        runIds: finished.map(({ id }) => id),
        unfinishedRunIds: [...group.unfinishedRunIds],
        seeds: finished.map(({ seed }) => seed),
        missingSeeds: group.missingSeeds,
        bestTestAccuracy: meanSd(finished.map(accuracyOf.best)),
        lastTestAccuracy: meanSd(finished.map(accuracyOf.last)),
        // As little as the epochs of a long history are its runs wanted one by one.
        ofSeeds: accuracyAt === null ? null : finished.map((run) => ofSeed(run, equalTimeMs, accuracyAt)),
        gainPoints: isComparable(group, accuracyBaseline) ? gainOver(group, accuracyBaseline, choices.accuracy) : null, // other images are harder or easier
        comparison: comparisons[index] ?? null,
        imagesPerSecond: {
          median: median(groupSpeeds),
          min: groupSpeeds.length === 0 ? null : Math.min(...groupSpeeds),
          max: groupSpeeds.length === 0 ? null : Math.max(...groupSpeeds),
          mixed: unlikeConditions(finished),
        },
        speedRatio: isComparable(group, speedBaseline) ? ratio(median(groupSpeeds), baselineSpeed) : null,
        speedRatioMixed: isComparable(group, speedBaseline)
          ? unlikeConditions([...finished, ...(speedBaseline?.finished ?? [])])
          : null,
        pairedSpeed: pairedSpeedOf(group, speedBaseline, measured),
        predictedSpeedRatio: predictedRatio(group),
        epochMs: median(finished.map(({ epochMs }) => epochMs)),
        activeMs: median(finished.map(({ activeMs }) => activeMs)),
        accuracyAtEqualTime:
          accuracyAt === null || equalTimeMs === null ? null : accuracyAtEqualTime(group, equalTimeMs, accuracyAt),
        peakStepBytes: largest(present(finished.map(({ peakStepBytes }) => peakStepBytes))),
        measurements: lastMeasurements(finished),
      },
    ];
  });
  return {
    rows,
    speedBaseline: speedBaseline?.key ?? null,
    accuracyBaseline: accuracyBaseline?.key ?? null,
    accuracy: choices.accuracy,
    equalTimeMs,
  };
};
