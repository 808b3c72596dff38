import { countText } from '../numberText.ts';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

const minus = (text: string): string => text.replace('-', '−');

const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** @param reach - the largest number of the axis: all of them are written alike. */
const textOf = (value: number, step: number, reach: number): string => {
  if (value === 0 && (step >= 1 || step < 1e-5)) return '0';
  if (reach >= 1e6 || step < 1e-5) {
    const size = Math.max(Math.abs(value), step);
    const digits = Math.min(15, Math.max(1, Math.ceil(Math.log10(size / step) - 1e-9) + 1));
    return minus(Number(value.toPrecision(digits)).toExponential().replace('e+', 'e'));
  }
  const decimals = decimalsOf(step);
  return minus(decimals === 0 ? countText(Math.round(value)) : value.toFixed(decimals)).replace(
    /^−(0(?:\.0+)?)$/,
    '$1',
  );
};

/** Multiples of 1, 2 or 5 × 10ᵏ in [min, max], about as many as wanted and at least one; with `isWhole` whole numbers only. */
export const linearTicks = (min: number, max: number, wanted: number, isWhole = false): Tick[] => {
  const span = max - min;
  if (!(span > 0)) return [{ at: min, text: textOf(min, Math.abs(min) || 1, Math.abs(min)) }];
  const rough = Math.max(span / Math.max(1, wanted), isWhole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  const reach = Math.max(Math.abs(first), Math.abs(first + count - 1)) * step;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = (first + index) * step;
    return { at, text: textOf(at, step, reach) };
  });
};

/** More are not read. */
const mostPowers = 10;

/**
 * Powers of ten, every second or third where they are many; their multiples by 2 and 5 too where they are few, and even steps where the
 * axis is shorter than that.
 */
export const logTicks = (min: number, max: number): Tick[] => {
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const every = [1, 2, 3, 5, 10].find((each) => (high - low) / each < mostPowers) ?? 50;
  const factors = high - low < 2.5 ? [1, 2, 5] : [1];
  const first = Math.floor(low / every) * every;
  const powers = Array.from({ length: Math.ceil((high - first) / every) + 1 }, (_, index) => first + index * every);
  const places = powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((at) => at >= min * (1 - 1e-9) && at <= max * (1 + 1e-9));
  if (places.length < 3) return linearTicks(min, max, 4);
  const isFar = min < 1e-4 || max >= 1e6;
  return places.map((at) => {
    const step = 10 ** Math.floor(Math.log10(at) + 1e-9);
    return { at, text: textOf(at, step, isFar ? Infinity : max) };
  });
};
