import type { ValueRange } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import { allocate } from '../fileBytes.ts';
import { pause } from '../pause.ts';
import { product, valueReader, type FileArray } from './arrays.ts';

/** Which values of an array are black (0) and white (255). */
export interface Scale extends ValueRange {
  /** For the set's record, where it is not plain; else nothing. */
  readonly note: string;
}
export const bytesAsTheyAre: Scale = { from: 0, to: 255, note: '' };

/** What the values of a set's images are, all arrays together. */
interface Found {
  least: number;
  most: number;
  isWhole: boolean;
  /** Multiples of 1/255, as bytes are that were divided by 255. */
  isUnit: boolean;
  /** The first that is no number, or infinite. */
  oddIn: string | null;
}

const isNear = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-3;

const valuesIn = async (arrays: readonly FileArray[], signal: AbortSignal): Promise<Found> => {
  const found: Found = { least: Infinity, most: -Infinity, isWhole: true, isUnit: true, oddIn: null };
  for (const array of arrays) {
    const valueAt = valueReader(array);
    const count = product(array.shape);
    for (let place = 0; place < count; place++) {
      if (place % 1_000_000 === 0) await pause(signal);
      const value = valueAt(place);
      if (!Number.isFinite(value)) found.oddIn ??= array.name;
      if (value < found.least) found.least = value;
      if (value > found.most) found.most = value;
      if (found.isWhole && !Number.isInteger(value)) found.isWhole = false;
      if (found.isUnit && !isNear(255 * value)) found.isUnit = false;
    }
  }
  return found;
};

const written = (value: number): string => String(Number(value.toPrecision(4)));

/**
 * How values become bytes: as the user says; else as they are where that is plain: truth values, whole numbers of 0 to 255 that use more than half of
 * it, and such ones divided by 255. All halves are looked at together, so that none is scaled apart.
 * @param range - what is black and what is white; null: nobody says.
 * @throws LabError DATASET_UNSUPPORTED, asking for the range, where nobody can tell it; DATASET_CORRUPT for values that are no numbers, or beyond the range.
 */
export const scaleOf = async (
  arrays: readonly FileArray[],
  range: ValueRange | null,
  signal: AbortSignal,
): Promise<Scale> => {
  const names = arrays.map(({ name }) => name).join(' and ');
  const { least, most, isWhole, isUnit, oddIn } = await valuesIn(arrays, signal);
  if (oddIn !== null)
    throw new LabError(
      'DATASET_CORRUPT',
      `${oddIn} holds values that are no numbers (NaN) or infinite. Write it without them.`,
    );
  const all = `values from ${written(least)} to ${written(most)}`;
  if (range !== null) {
    const slack = 1e-6 * (range.to - range.from);
    if (least < range.from - slack || most > range.to + slack)
      throw new LabError(
        'DATASET_CORRUPT',
        `${names} ${arrays.length === 1 ? 'holds' : 'hold'} ${all}, beyond the ${written(range.from)} to ${written(range.to)} that were given as black and white. Give the whole range.`,
      );
    return { ...range, note: `; values from ${range.from} (black) to ${range.to} (white)` };
  }
  const areTruths = arrays.every(({ type }) => type === 'b1');
  if (areTruths) return { from: 0, to: 1, note: '; truth values as black and white' };
  if (isWhole && least >= 0 && most > 127 && most <= 255) return bytesAsTheyAre;
  const isFraction = isUnit && !isWhole && least >= 0 && most > 0.5 && most <= 1;
  if (isFraction) return { from: 0, to: 1, note: '; values from 0 (black) to 1 (white)' };
  throw new LabError(
    'DATASET_UNSUPPORTED',
    `${names} ${arrays.length === 1 ? 'holds' : 'hold'} ${all}, expected bytes (0–255) or bytes divided by 255; which of them are black and white is not known. ` +
      `Say it, as with --range ${likely(least, most, isWhole)} (in the window: Values), or write uint8, scaled as you mean it.`,
  );
};

/** The narrowest of the usual ranges that holds these values; only an offer. */
export const likely = (least: number, most: number, isWhole: boolean): string => {
  if (least < 0) return most <= 1 && least >= -1 ? '-1..1' : `${written(least)}..${written(most)}`;
  const usual = [1, ...(isWhole ? [15, 16] : []), 255, 1023, 4095, 16383, 65535].find((bound) => most <= bound);
  return `0..${usual ?? written(most)}`;
};

/** An array's values as bytes, in the file's order. */
export const toBytes = async (array: FileArray, { from, to }: Scale, signal: AbortSignal): Promise<Uint8Array> => {
  const valueAt = valueReader(array);
  const count = product(array.shape);
  if (array.type === 'u1' && from === 0 && to === 255) return array.bytes.subarray(0, count);
  const bytes = allocate(count, array.name);
  for (let place = 0; place < count; place++) {
    if (place % 1_000_000 === 0) await pause(signal);
    bytes[place] = Math.max(0, Math.min(255, Math.round((255 * (valueAt(place) - from)) / (to - from))));
  }
  return bytes;
};
