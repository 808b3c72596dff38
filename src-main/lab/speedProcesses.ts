import { performance } from 'node:perf_hooks';
import type { SpeedEvent, SpeedInput } from '../../shared/jobs/speed.ts';
import { median } from '../../shared/median.ts';
import { mediansOf } from '../../shared/metrics.ts';
import { largestSeed } from '../../shared/runConfig.ts';
import { armsOf, fewestProcesses, leastSpeedLimitMs, narrowHalfWidth, widestOf } from '../../shared/speed.ts';
import type { SpeedMeasurement } from '../../shared/speed.ts';
import { stepsPerEpoch } from './impossible.ts';
import { mean } from './statistics/moments.ts';
import { ratioOf } from './statistics/speedRatio.ts';

type Measured = Extract<SpeedEvent, { type: 'measured' }>;
type Progress = Extract<SpeedEvent, { type: 'progressed' }>['progress'];
type Input = Omit<SpeedInput, 'stepsPerRound'>;

/** Milliseconds that the steps of one run of each method take, as they were measured; where the data decide, as if half of them climb. */
const trainingMs = ({ configs, dataset }: Input, measurement: SpeedMeasurement): number =>
  configs.reduce((sum, config) => {
    const stepMs = mean((armsOf(measurement, config) ?? []).map((arm) => arm.stepMs)) ?? 0;
    return sum + config.epochs * stepsPerEpoch(config, dataset) * stepMs;
  }, 0);

/**
 * Measures speeds in one process, or, where the first says that enough of them fit into the time, in several, one after another: until
 * every interval is narrow, or there is no time for two more (their number is odd).
 * @param isBeforeRuns - whether it takes no longer than half of training with each method once, as far as the fewest processes allow.
 * @param measureIn - measures in a process of its own.
 * @param onProgress - of all of it.
 */
export const measureInProcesses = async (
  input: Input,
  isBeforeRuns: boolean,
  measureIn: (input: SpeedInput, onProgress: (progress: Progress) => void) => Promise<Measured>,
  onProgress: (progress: Progress) => void,
): Promise<SpeedMeasurement> => {
  const first = await measureIn({ ...input, stepsPerRound: null }, onProgress);
  if (!first.isShare) return first.measurement;
  const fewestMs = fewestProcesses * (first.startMs + first.roundsMs);
  const limitMs = isBeforeRuns
    ? Math.min(
        input.limitMs,
        Math.ceil(Math.max(leastSpeedLimitMs, fewestMs, trainingMs(input, first.measurement) / 2)),
      )
    : input.limitMs;
  const began = performance.now() - first.roundsMs;
  const passed = (): number => performance.now() - began;
  const shares = [first];
  const isEnough = (): boolean => {
    if (shares.length % 2 === 0) return false;
    if (shares.length >= fewestProcesses && widest(pooled(shares)) <= narrowHalfWidth) return true;
    const longestMs = Math.max(...shares.map(({ startMs, roundsMs }) => startMs + roundsMs));
    return passed() + 2 * longestMs > limitMs;
  };
  while (!isEnough()) {
    const { stepsPerRound } = first.measurement;
    // What a step costs depends on which tensors it draws: no two processes draw the same.
    const configs = input.configs.map((config) => ({
      ...config,
      seed: (config.seed + shares.length) % (largestSeed + 1),
    }));
    const known = shares.length < 3 ? '' : ` (intervals up to ± ${(100 * widest(pooled(shares))).toFixed(1)} % so far)`;
    const next = await measureIn({ ...input, configs, stepsPerRound }, ({ message }) => {
      onProgress({
        message: `Process ${shares.length + 1}${known}: ${message}`,
        share: Math.min(1, passed() / limitMs),
      });
    });
    shares.push(next);
  }
  return { ...pooled(shares), limitMs };
};

/** All rounds, each of which is of one process. */
const pooled = (shares: readonly Measured[]): SpeedMeasurement => {
  const all = shares.map(({ measurement }) => measurement);
  const [first] = all;
  if (first === undefined) throw new Error('Nothing was measured.');
  const arms = first.arms.map(({ optimizer, climbingShare }, index) => {
    const here = all.flatMap((measurement) => measurement.arms[index] ?? []);
    const roundMs = here.flatMap((arm) => arm.roundMs);
    const phaseMs = mediansOf(here.map((arm) => arm.phaseMs));
    return { optimizer, climbingShare, roundMs, stepMs: median(roundMs), phaseMs };
  });
  return {
    ...first,
    ...{ at: all.at(-1)?.at ?? first.at, arms, processes: all.length },
    endedBy: widest({ arms, processes: all.length }) > narrowHalfWidth ? 'limit' : 'narrow',
  };
};

const widest = ({ arms, processes }: Pick<SpeedMeasurement, 'arms' | 'processes'>): number =>
  widestOf(arms, (arm, baseline) => ratioOf(arm, baseline, processes));
