import { countText } from '../numberText.ts';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

const minus = (text: string): string => text.replace('-', '−');

const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

const textOf = (value: number, step: number): string => {
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e6 || step < 1e-5) {
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
  if (!(span > 0)) return [{ at: min, text: textOf(min, Math.abs(min) || 1) }];
  const rough = Math.max(span / Math.max(1, wanted), isWhole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = (first + index) * step;
    return { at, text: textOf(at, step) };
  });
};

/** Powers of ten; their multiples by 2 and 5 too where the powers are few. */
export const logTicks = (min: number, max: number): Tick[] => {
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const factors = high - low < 2.5 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, index) => Math.floor(low) + index);
  return powers
    .flatMap((power) => factors.map((factor) => ({ at: factor * 10 ** power, power })))
    .filter(({ at }) => at >= min * (1 - 1e-9) && at <= max * (1 + 1e-9))
    .map(({ at, power }) => ({ at, text: textOf(at, 10 ** power) }));
};
