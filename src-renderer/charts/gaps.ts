import { formatNumber } from '../format.ts';

/** Places on the x axis, whole numbers as ranges: "3–5, 9"; others from the first to the last. */
const placesText = (xs: readonly number[]): string => {
  const [first = 0] = xs;
  const last = xs.at(-1) ?? first;
  if (!xs.every(Number.isInteger))
    return first === last ? formatNumber(first) : `${formatNumber(first)}–${formatNumber(last)}`;
  const runs: [from: number, to: number][] = [];
  for (const x of xs) {
    const run = runs.at(-1);
    if (run?.[1] === x - 1) run[1] = x;
    else runs.push([x, x]);
  }
  return runs
    .map(([from, to]) => (from === to ? formatNumber(from) : `${formatNumber(from)}–${formatNumber(to)}`))
    .join(', ');
};

/**
 * Why lines have gaps, in words: "Gap: SAM at epoch 3–5". Empty where none has.
 * @param lines - each with the places where it has no value.
 */
export const gapsText = (
  lines: readonly { readonly name: string; readonly xs: readonly number[] }[],
  axis: string,
): string => {
  const told = lines.flatMap(({ name, xs }) => (xs.length === 0 ? [] : [`${name} at ${axis} ${placesText(xs)}`]));
  return told.length === 0 ? '' : `Gap: ${told.join('; ')}`;
};
