/** Digits behind the point of a number as it is written ("0.05": 2, "1e-3": 3). */
export const decimalsOf = (text: string): number => {
  const [mantissa = '', exponent = '0'] = text.trim().toLowerCase().split('e');
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent));
};

/**
 * value · part / parts, the nearest number to what that is of the value as it is written: 3/4 of 0.8 is 0.6, not 0.6000000000000001. Both
 * sides of one division are whole, and only it rounds.
 * @param part - whole, like `parts`.
 */
export const partOf = (value: number, part: number, parts: number): number => {
  const scale = 10 ** decimalsOf(String(value));
  const [above, below] = [Math.round(value * scale) * part, scale * parts];
  return Number.isSafeInteger(above) && Number.isSafeInteger(below) ? above / below : (value * part) / parts;
};

/** ⌊share · count⌋ of the share as it is written: 0.57 of 100 is 57, though 0.57 · 100 is less than that in floating point. */
export const wholeShare = (share: number, count: number): number => Math.floor(partOf(share, count, 1));
