import { median } from '../../../shared/median.ts';
import { ratioOverRounds, type PairedRatio } from '../../../shared/pairedRatio.ts';
import { speedBaselineOf, type SpeedMeasurement, type ToldSpeed } from '../../../shared/speed.ts';
import { mean, sampleSd } from './moments.ts';
import { studentTQuantile } from './distributions.ts';

interface Rounds {
  readonly roundMs: readonly number[];
}

/**
 * How many times as fast as the baseline an arm of the same measurement is, with its 95 % interval.
 * Of one process that is over its rounds. Of several it is over processes, because the rounds of one share its masks and where its memory
 * lies, and so agree more than those of different ones do: each process is one value, the median of its rounds' ratios, and these have, in
 * logarithms, a mean with the interval of Student's t. An interval over all rounds as if each were of its own would hold the true ratio not 95
 * but about 60 times in a hundred. A bootstrap is too narrow for so few: of five processes' means it holds it 84 times, of processes and their rounds
 * 88. That a measurement stops once its intervals are narrow costs up to two of the 95 (all of these by simulation).
 * @see Kalibera and Jones 2013, "Rigorous benchmarking in reasonable time": an interval is that of the highest level's means
 */
export const ratioOf = (arm: Rounds, baseline: Rounds, processes: number): PairedRatio => {
  if (processes === 1) return ratioOverRounds(baseline.roundMs, arm.roundMs);
  const logs = medianLogs(arm, baseline, processes);
  const [center, sd] = [mean(logs), sampleSd(logs)];
  if (center === null || sd === null) throw new Error(`No interval is known over ${processes} processes.`);
  const halfWidth = (studentTQuantile(0.975, processes - 1) * sd) / Math.sqrt(processes);
  return { ratio: Math.exp(center), low: Math.exp(center - halfWidth), high: Math.exp(center + halfWidth) };
};

/** ln of the median of each process's ratios; the rounds are in order, of each process as many. */
const medianLogs = (arm: Rounds, baseline: Rounds, processes: number): number[] => {
  const ratios = baseline.roundMs.map((ms, round) => ms / (arm.roundMs[round] ?? NaN));
  const from = (process: number): number => Math.round((process * ratios.length) / processes);
  return Array.from({ length: processes }, (_, process) =>
    Math.log(median(ratios.slice(from(process), from(process + 1)))),
  );
};

/** A measurement with the speeds relative to its baseline. */
export const toldSpeed = (measurement: SpeedMeasurement): ToldSpeed => {
  const baseline = speedBaselineOf(measurement.arms);
  const arms = measurement.arms.map((arm) => ({
    ...arm,
    relativeSpeed: baseline === undefined || arm === baseline ? null : ratioOf(arm, baseline, measurement.processes),
  }));
  return { ...measurement, arms };
};
