import { countText, decimalsFor, fixedText, percentText, rateText, secondsText } from '../numberText.ts';
import type { MeanSd, ResultsRow } from '../result.ts';

/** How an output writes the signs and quantities that not all of them share. */
export interface Notation {
  /** Makes any text harmless. */
  readonly escape: (text: string) => string;
  readonly plusMinus: string;
  readonly percent: string;
  readonly minus: string;
  readonly dash: string;
  /** A duration, and its unit where all durations have the same. */
  readonly duration: { readonly unit: string | null; readonly text: (ms: number) => string };
}

/** Durations that have one unit can be compared and plotted. */
export const inSeconds: Notation['duration'] = { unit: 's', text: secondsText };

/** A value for machines: full precision, fractions 0–1, times in milliseconds. */
export type Exact = string | number | null | readonly number[] | object;

/** Of a difference's 95 % interval: it lies above 0, below 0, or contains it. Or two measurements of one thing disagree. */
export type Verdict = 'better' | 'worse' | 'open' | 'doubtful';

/** How a kind of value is written. */
export interface Format<V> {
  /** For people, without its unit. */
  readonly text: (value: V, notation: Notation) => string;
  /** What stands below it where there is room: its interval, its range. Nothing where this is left out or answers ''. */
  readonly below?: (value: V, notation: Notation) => string;
  /** It stands behind the value where a row has one line only. */
  readonly isBelowNeeded?: boolean;
  /** Whether a difference is more than chance. */
  readonly verdict?: (value: V) => Verdict | null;
  /** The unit of `text`, for the header. */
  readonly unit?: (notation: Notation) => string | null;
  /** For machines: ending of the column's name → exact value; '' = the name alone. */
  readonly parts: Readonly<Record<string, (value: V) => Exact>>;
  /** Texts are aligned left, numbers right. */
  readonly isText?: boolean;
}

type Maybe = number | null;
const itself = { '': <V>(value: V): V => value };
const orDash = (value: Maybe, { dash }: Notation, text: (value: number) => string): string =>
  value === null ? dash : text(value);
const percentUnit = ({ percent }: Notation): string => percent;

const withMinus = (text: string, { minus }: Notation): string => text.replace(/^-/, minus);

/** A number that always carries its sign, also where it rounds to nothing: on which side of 0 the end of an interval lies decides. */
const signed = (value: number, { minus }: Notation): string => {
  const sign = value === 0 ? '' : value < 0 ? minus : '+';
  return sign + fixedText(Math.abs(value), 2);
};

export const name: Format<string> = { text: (value, { escape }) => escape(value), parts: itself, isText: true };
export const numbers: Format<readonly number[]> = { text: (values) => values.join(', '), parts: itself };
/** Kept for machines only. */
export const data: Format<object> = { text: (value, { escape }) => escape(JSON.stringify(value)), parts: itself };

/** A text that is mostly not there. */
export const remark: Format<string | null> = {
  text: (value, { escape }) => (value === null ? '' : escape(value)),
  parts: itself,
  isText: true,
};

type Seeds = Pick<ResultsRow, 'n' | 'missingSeeds'>;
type Missing = keyof Seeds['missingSeeds'];

/** How a seed without a finished run stands, in words. */
const missingWords = {
  diverged: 'diverged',
  failed: 'failed',
  stopped: 'stopped',
  interrupted: 'interrupted',
  cancelled: 'cancelled',
  damaged: 'damaged',
  running: 'training',
  queued: 'waiting',
} as const satisfies Record<Missing, string>;
const missingOf = ({ missingSeeds }: Seeds, state: Missing): number => missingSeeds[state] ?? 0;
const askedSeeds = (seeds: Seeds): number =>
  Object.values(seeds.missingSeeds).reduce<number>((sum, count) => sum + count, seeds.n);

/** Finished seeds, and what became of the others, so that what has diverged does not vanish: "1 of 4 seeds; 3 diverged". */
export const seedCount: Format<Seeds> = {
  text: (seeds) => {
    const asked = askedSeeds(seeds);
    if (asked === seeds.n) return countText(asked);
    const others = (Object.keys(missingWords) as Missing[])
      .filter((state) => missingOf(seeds, state) > 0)
      .map((state) => `${missingOf(seeds, state)} ${missingWords[state]}`);
    return `${seeds.n} of ${asked} ${asked === 1 ? 'seed' : 'seeds'}; ${others.join(', ')}`;
  },
  parts: {
    '': ({ n }) => n,
    _asked: askedSeeds,
    _diverged: (seeds) => missingOf(seeds, 'diverged'),
    _failed: (seeds) => missingOf(seeds, 'failed'),
    _stopped: (seeds) => missingOf(seeds, 'stopped'),
    _interrupted: (seeds) => missingOf(seeds, 'interrupted'),
    _cancelled: (seeds) => missingOf(seeds, 'cancelled'),
    _damaged: (seeds) => missingOf(seeds, 'damaged'),
    _unfinished: (seeds) => missingOf(seeds, 'queued') + missingOf(seeds, 'running'),
  },
};

/** One run's value, written as that of a row. */
export const alone = (value: number | null): MeanSd => ({ mean: value, sd: null });

/** A fraction 0–1 with its sample standard deviation, in percent; null where nobody measured it. */
export const share: Format<MeanSd | null> = {
  text: (value, notation) =>
    orDash(value?.mean ?? null, notation, (mean) => {
      const text = percentText(mean);
      const sd = value?.sd ?? null;
      return sd === null ? text : `${text} ${notation.plusMinus} ${percentText(sd)}`;
    }),
  unit: percentUnit,
  parts: { _mean: (value) => value?.mean ?? null, _sd: (value) => value?.sd ?? null },
};

/**
 * A quantity with its sample standard deviation, which has two digits and says how many decimals both have; four digits of a quantity
 * that has none. Null where nobody measured it.
 */
export const measured: Format<MeanSd | null> = {
  text: (value, notation) =>
    orDash(value?.mean ?? null, notation, (mean) => {
      const sd = value?.sd ?? null;
      if (sd === null) return withMinus(String(Number(mean.toPrecision(4))), notation);
      const decimals = sd === 0 ? decimalsFor(mean, 4) : decimalsFor(sd, 2);
      return `${withMinus(fixedText(mean, decimals), notation)} ${notation.plusMinus} ${fixedText(sd, decimals)}`;
    }),
  parts: { _mean: (value) => value?.mean ?? null, _sd: (value) => value?.sd ?? null },
};

type Difference = ResultsRow['gainPoints'];

/** A difference in percentage points with its 95 % interval. */
export const points: Format<Difference> = {
  text: (value, notation) => (value === null ? notation.dash : signed(value.mean, notation)),
  below: (value, notation) => {
    if (value === null) return '';
    const { low, high } = value;
    return low === null || high === null ? '' : `[${signed(low, notation)}, ${signed(high, notation)}]`;
  },
  isBelowNeeded: true,
  verdict: (value) => {
    const { low = null, high = null } = value ?? {};
    if (low === null || high === null) return null;
    if (low > 0) return 'better';
    return high < 0 ? 'worse' : 'open';
  },
  unit: () => 'points',
  parts: {
    _mean: (value) => value?.mean ?? null,
    _95_low: (value) => value?.low ?? null,
    _95_high: (value) => value?.high ?? null,
  },
};

/** The middle of values a second, and in what they were not measured alike; their range below it. */
export const rates: Format<ResultsRow['imagesPerSecond']> = {
  text: ({ median, mixed }, notation) =>
    orDash(median, notation, rateText) + (mixed === null ? '' : ` (mixed: ${notation.escape(mixed)})`),
  below: ({ min, max }) => (min === null || max === null || min === max ? '' : `${rateText(min)}–${rateText(max)}`),
  parts: {
    _median: ({ median }) => median,
    _min: ({ min }) => min,
    _max: ({ max }) => max,
    _mixed: ({ mixed }) => mixed,
  },
};

/** A ratio (1 = equal), in percent. */
export const ratio: Format<Maybe> = {
  text: (value, notation) => orDash(value, notation, (one) => percentText(one, 1)),
  unit: percentUnit,
  parts: itself,
};

type Speeds = Pick<ResultsRow, 'pairedSpeed' | 'speedRatio'>;

/** How far the runs' own speeds may lie outside the paired measurement's interval. */
const tolerance = 0.05;

/** Whether the runs' own speeds disagree with the paired measurement: something else kept the machine busy. */
const isSpeedDoubtful = ({ pairedSpeed, speedRatio }: Speeds): boolean =>
  pairedSpeed !== null &&
  speedRatio !== null &&
  (speedRatio < pairedSpeed.low * (1 - tolerance) || speedRatio > pairedSpeed.high * (1 + tolerance));

const inPercent = (one: number): string => percentText(one, 1);

/** A ratio that was measured in pairs (1 = equal), in percent, with its 95 % interval. */
export const pairedRatio: Format<Speeds> = {
  text: ({ pairedSpeed }, { dash }) => (pairedSpeed === null ? dash : inPercent(pairedSpeed.ratio)),
  below: ({ pairedSpeed }) =>
    pairedSpeed === null ? '' : `[${inPercent(pairedSpeed.low)}, ${inPercent(pairedSpeed.high)}]`,
  isBelowNeeded: true,
  verdict: (value) => (isSpeedDoubtful(value) ? 'doubtful' : null),
  unit: percentUnit,
  parts: {
    '': ({ pairedSpeed }) => pairedSpeed?.ratio ?? null,
    _95_low: ({ pairedSpeed }) => pairedSpeed?.low ?? null,
    _95_high: ({ pairedSpeed }) => pairedSpeed?.high ?? null,
    _rounds: ({ pairedSpeed }) => pairedSpeed?.rounds ?? null,
    _processes: ({ pairedSpeed }) => pairedSpeed?.processes ?? null,
    _disagrees: (value) => (value.pairedSpeed === null ? null : Number(isSpeedDoubtful(value))),
  },
};

export const duration: Format<Maybe> = {
  text: (value, notation) => orDash(value, notation, notation.duration.text),
  unit: (notation) => notation.duration.unit,
  parts: itself,
};

export const count: Format<Maybe> = {
  text: (value, notation) => orDash(value, notation, countText),
  parts: itself,
};

/** The probability of a test, to two digits. */
export const probability: Format<Maybe> = {
  text: (value, notation) => orDash(value, notation, (p) => (p < 0.001 ? '<0.001' : String(Number(p.toPrecision(2))))),
  parts: itself,
};

/** A plain number with two decimals. */
export const plainNumber: Format<Maybe> = {
  text: (value, notation) => orDash(value, notation, (number) => withMinus(fixedText(number, 2), notation)),
  parts: itself,
};

/** Bytes, in gigabytes of 10⁹: hundredths, and three digits of less than one. */
export const gigabytes: Format<Maybe> = {
  text: (value, notation) =>
    orDash(value, notation, (bytes) => fixedText(bytes / 1e9, Math.max(2, decimalsFor(bytes / 1e9, 3)))),
  unit: () => 'GB',
  parts: itself,
};

/** 1 = yes. */
export const flag: Format<boolean> = { text: (value) => (value ? 'yes' : 'no'), parts: { '': Number } };
