import { z } from 'zod';
import { runEnvironmentSchema } from './device.ts';
import { climbingShare } from './methods/when.ts';
import { phaseMsSchema } from './metrics.ts';
import { pairedRatioSchema, relativeHalfWidth, type PairedRatio } from './pairedRatio.ts';
import {
  canonicalJson,
  optimizerSchema,
  runConfigSchema,
  type GroupConfig,
  type OptimizerConfig,
  type RunConfig,
} from './runConfig.ts';

/** A measurement goes on until every interval is narrower than ± this share of its ratio, or for so long unless another limit is given. */
export const narrowHalfWidth = 0.02;
export const speedLimitMs = 60_000;
export const leastSpeedLimitMs = 1000;
export const speedLimitSchema = z.number().min(leastSpeedLimitMs).max(3_600_000);
/**
 * Where a process's memory happens to lie, and which tensors it draws, moves the ratios by more than rounds within it scatter: where so many
 * processes fit into the time, the rounds are of at least so many. Odd, as are the rounds of each.
 */
export const fewestProcesses = 5;
/** Of every process that is one of several, and before which no interval is believed: fewer tell nothing of how much they scatter. */
export const roundsPerProcess = 9;
/** Their parameters and momentum lie in one process at once. */
export const mostSpeedArms = 24;

/** All of a configuration but what the time of a step does not depend on, and the optimizer. */
const speedBaseSchema = runConfigSchema
  .omit({ optimizer: true, seed: true, epochs: true, schedule: true, logEvery: true, observe: true, dropLast: true })
  .extend({ dataset: runConfigSchema.shape.dataset.omit({ testSubset: true, labelNoise: true }) });
type SpeedBase = z.infer<typeof speedBaseSchema>;

export const speedBaseOf = (config: GroupConfig | RunConfig): SpeedBase => {
  const { testSubset: _, labelNoise: __, ...dataset } = config.dataset;
  return speedBaseSchema.strip().parse({ ...config, dataset });
};

const { dataset: speedDataset, ...speedRest } = speedBaseSchema.shape;

const areAlike = (names: readonly string[], one: object, other: object): boolean =>
  names.every((name) => {
    const ours: unknown = Reflect.get(one, name);
    const theirs: unknown = Reflect.get(other, name);
    return ours === theirs || canonicalJson(ours) === canonicalJson(theirs);
  });

/** Whether `speedBaseOf` is the same of both; groups share most parts of their configurations, and those are seen to be equal at once. */
export const haveSameSpeedBase = (one: GroupConfig, other: GroupConfig): boolean =>
  areAlike(Object.keys(speedRest), one, other) && areAlike(Object.keys(speedDataset.shape), one.dataset, other.dataset);

type Trained = Pick<RunConfig, 'optimizer' | 'epochs'>;

/** Share of a run's steps in which its method climbs; 1 of one that does the same in every step. Null where the data decide. */
const climbingShareOf = ({ optimizer, epochs }: Trained): number | null =>
  'when' in optimizer ? climbingShare(optimizer, epochs) : 1;

/** Whether only its runs tell in which share of its steps a method climbs. */
export const doDataDecide = (optimizer: OptimizerConfig): boolean => climbingShareOf({ optimizer, epochs: 1 }) === null;

/** The shares of climbs with which a method is measured: that of its runs; where the data decide, all and none. */
export const measuredShares = (config: Trained): readonly number[] => {
  const share = climbingShareOf(config);
  return share === null ? [1, 0] : [share];
};

/** The same for runs whose steps take equally long on average, as far as their methods decide. */
export const speedArmKey = (config: Trained): string => canonicalJson([config.optimizer, climbingShareOf(config)]);

const milliseconds = z.number().gt(0);
const odd = (list: readonly unknown[]): boolean => list.length % 2 === 1;

export const speedArmSchema = z.strictObject({
  optimizer: optimizerSchema,
  /** Of the steps that climb; before they were measured apart, those of a round were what they happened to be. */
  climbingShare: z.number().min(0).max(1).default(1),
  /** Milliseconds of a step in each round, in order, one process's after another's, of each as many; an odd number of rounds. */
  roundMs: z.array(milliseconds).min(1).refine(odd, 'an odd number of rounds'),
  /** Median over rounds. */
  stepMs: milliseconds,
  /** Medians over a process's rounds; of several processes, the medians of theirs. */
  phaseMs: phaseMsSchema,
});
export type SpeedArm = z.infer<typeof speedArmSchema>;

/** Speeds of methods measured together: in each round, which is of one process, every arm took the same steps, in random order. */
export const speedMeasurementSchema = z.strictObject({
  at: z.string(),
  base: speedBaseSchema,
  arms: z.array(speedArmSchema).min(1).max(mostSpeedArms),
  /** Trainer processes that the rounds are of, one after another; every round is of one of them. */
  processes: z.number().int().min(1).default(1),
  /** Steps of an arm in a round. */
  stepsPerRound: z.number().int().min(1),
  /** Whether every interval became narrow, or the time was up. */
  endedBy: z.enum(['narrow', 'limit']),
  limitMs: speedLimitSchema,
  environment: runEnvironmentSchema,
});
export type SpeedMeasurement = z.infer<typeof speedMeasurementSchema>;

/** As it is told to whom asked for it: with each method's speed relative to the baseline's, which has none. */
export const toldSpeedSchema = speedMeasurementSchema.extend({
  arms: z.array(speedArmSchema.extend({ relativeSpeed: pairedRatioSchema.nullable() })),
});
export type ToldSpeed = z.infer<typeof toldSpeedSchema>;

/** Images of each measured step: a batch, or all images where there are not so many. */
export const imagesPerStep = ({ base, environment }: Pick<SpeedMeasurement, 'base' | 'environment'>): number =>
  Math.min(base.batchSize, environment.trainExamples);

/** The arm against which speeds are told unless another is chosen: the first SAM, else the first. */
export const speedBaselineOf = <A extends { readonly optimizer: OptimizerConfig }>(arms: readonly A[]): A | undefined =>
  arms.find(({ optimizer }) => optimizer.name === 'sam') ?? arms[0];

/** Arms of a method, one for each share of climbs with which it is measured; null where one is missing. */
export const armsOf = ({ arms }: Pick<SpeedMeasurement, 'arms'>, config: Trained): readonly SpeedArm[] | null => {
  const wanted = measuredShares(config).map((share) => canonicalJson([config.optimizer, share]));
  const found = wanted.flatMap(
    (key) => arms.find(({ optimizer, climbingShare: share }) => canonicalJson([optimizer, share]) === key) ?? [],
  );
  return found.length === wanted.length ? found : null;
};

/**
 * Milliseconds of a run's step on average, in each round; null where that was not measured, or is not known.
 * @param climbed - where the data decide: the share of its runs' steps that climbed; null: of none.
 */
export const roundMsOf = (
  measurement: Pick<SpeedMeasurement, 'arms'>,
  config: Trained,
  climbed: number | null,
): readonly number[] | null => {
  const [arm, plain] = armsOf(measurement, config) ?? [];
  if (arm === undefined) return null;
  if (plain === undefined) return arm.roundMs;
  return climbed === null
    ? null
    : arm.roundMs.map((ms, round) => climbed * ms + (1 - climbed) * (plain.roundMs[round] ?? NaN));
};

/** The half width of the widest interval of an arm's speed relative to the baseline's; 0 where there is nothing to compare. */
export const widestOf = <A extends Pick<SpeedArm, 'optimizer' | 'roundMs'>>(
  arms: readonly A[],
  ratioOf: (arm: A, baseline: A) => PairedRatio,
): number => {
  const baseline = speedBaselineOf(arms);
  if (baseline === undefined) return 0;
  return Math.max(0, ...arms.filter((arm) => arm !== baseline).map((arm) => relativeHalfWidth(ratioOf(arm, baseline))));
};
