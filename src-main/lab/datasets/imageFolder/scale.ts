import type { ValueRange } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { ImageValues } from '../../../../shared/imageManifest.ts';
import { likely } from '../formats/scale.ts';

/** How the numbers of a set's images are read. */
interface Scale {
  readonly values: ImageValues | null;
  /** What is to be said of it. */
  readonly range: string | null;
}

/** The images that decide: those of 16 bits, where there are any. */
interface Found {
  readonly bits: 8 | 16;
  /** The largest number of each. */
  readonly brightest: readonly number[];
}

/** What cameras and scanners deliver in 16 bits. */
const usualBits = [8, 10, 12, 14];
const inWords = (value: number): string => value.toLocaleString('en-US');

/**
 * How numbers become bytes, all images together: as the user says; else 16 bits in which no number needs more than 14 are read as those of a
 * camera of 14, 12, 10 or 8, which they nearly always are, and which would be near black otherwise. A set of 8 bits without a bright image (stars on a
 * night sky, classes, digits of 0 to 16) stays as it is, and that is said.
 * @param range - what is black and what is white; null: nobody says.
 * @throws LabError DATASET_CORRUPT for numbers beyond the range; DATASET_UNSUPPORTED, asking for it, for 16 bits of which fewer than 8 are used.
 */
export const scaleOf = ({ bits, brightest }: Found, range: ValueRange | null): Scale => {
  const whole = 2 ** bits - 1;
  const largest = brightest.reduce((larger, value) => Math.max(larger, value), 0);
  const all = `the ${inWords(brightest.length)} ${bits}-bit ${brightest.length === 1 ? 'image' : 'images'}`;
  const found = `no value in ${all} is above ${inWords(largest)} of ${inWords(whole)}`;
  if (range !== null) {
    if (largest > range.to)
      throw new LabError(
        'DATASET_CORRUPT',
        `In ${all} there are values up to ${inWords(largest)}, beyond the ${inWords(range.to)} that was given as white. Give the whole range.`,
      );
    if (range.from === 0 && range.to === whole) return { values: null, range: null };
    const said = `values from ${inWords(range.from)} (black) to ${inWords(range.to)} (white)`;
    return { values: { bits, ...range }, range: said };
  }
  if (brightest.length === 0) return { values: null, range: null };
  if (bits === 8) {
    const hint = `; if ${inWords(largest)} or so is white, import them with --range ${likely(0, largest, true)} (in the window: Values)`;
    return { values: null, range: largest > 31 ? null : `dark throughout: ${found}${hint}` };
  }
  if (largest < 128)
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${found.replace('no', 'No')}: read as they are they would be all but black, and what is white is not known. ` +
        `Say it, as with --range ${likely(0, largest, true)} (in the window: Values), or write them with 8 bits, scaled as you mean it.`,
    );
  const used = usualBits.find((count) => largest < 2 ** count);
  if (used === undefined) {
    const isDark = largest <= whole >> 1;
    return { values: null, range: isDark ? `dark throughout: ${found}` : null };
  }
  const to = 2 ** used - 1;
  const said = `read as numbers of ${used} bits, 0 (black) to ${inWords(to)} (white), as ${found}; with --range 0..${whole} (in the window: Values) as they are`;
  return { values: { bits, from: 0, to }, range: said };
};
