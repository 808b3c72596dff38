import { checkSize, cutOff, type RawImage } from './rawImage.ts';

/**
 * Decodes a PBM, PGM or PPM image, as text (P1–P3) or as bytes (P4–P6), of up to 16 bits a value, which are brought to 8.
 * @returns uint8 [height, width, 1 or 3].
 * @throws Error in words where it is damaged or cut off.
 * @see https://netpbm.sourceforge.net/doc/
 */
export const decodePnm = (bytes: Buffer): RawImage => {
  const kind = Number(bytes.toString('latin1', 1, 2));
  const isText = kind <= 3;
  const isBits = kind === 1 || kind === 4;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const words = wordsOf(bytes, 2);
  const width = words.number();
  const height = words.number();
  const most = isBits ? 1 : words.number();
  checkSize(width, height);
  if (most < 1 || most > 65_535) throw new Error(`its largest value is said to be ${most}, expected 1 to 65,535`);
  const pixels = Buffer.alloc(width * height * channels);
  const scaled = (value: number): number => {
    if (value > most) throw new Error(`a value of ${value} is more than the ${most} of its header`);
    return Math.round((value * 255) / most);
  };
  if (kind === 4) readBits(bytes, words.end(), width, height, pixels);
  else if (isText)
    for (const place of pixels.keys()) pixels[place] = isBits ? 255 * (1 - words.digit()) : scaled(words.number());
  else {
    const valueBytes = most > 255 ? 2 : 1;
    const start = words.end();
    if (bytes.length < start + pixels.length * valueBytes) throw cutOff();
    for (const place of pixels.keys()) pixels[place] = scaled(bytes.readUIntBE(start + place * valueBytes, valueBytes));
  }
  return { width, height, channels, pixels };
};

/** A bit of 1 is black; each row begins at a byte. */
const readBits = (bytes: Buffer, start: number, width: number, height: number, pixels: Buffer): void => {
  const rowBytes = Math.ceil(width / 8);
  if (bytes.length < start + rowBytes * height) throw cutOff();
  for (const place of pixels.keys()) {
    const x = place % width;
    const byte = bytes[start + Math.floor(place / width) * rowBytes + (x >> 3)] ?? 0;
    pixels[place] = (byte >> (7 - (x & 7))) & 1 ? 0 : 255;
  }
};

/** Numbers between blanks; from # to the end of a line is a comment. */
const wordsOf = (bytes: Buffer, start: number) => {
  let at = start;
  const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);
  const skip = (): void => {
    for (let byte = bytes[at]; byte !== undefined && (isBlank(byte) || byte === 35); byte = bytes[at]) {
      if (byte === 35) while (at < bytes.length && bytes[at] !== 10) at++;
      else at++;
    }
    if (at >= bytes.length) throw cutOff();
  };
  const digitAt = (place: number): number | null => {
    const byte = bytes[place] ?? 0;
    return byte >= 48 && byte <= 57 ? byte - 48 : null;
  };
  return {
    number(): number {
      skip();
      let value = 0;
      const from = at;
      for (let digit = digitAt(at); digit !== null && at - from < 9; digit = digitAt(++at)) value = 10 * value + digit;
      if (at === from) throw new Error('where a number should be lies something else');
      return value;
    },
    /** Of plain bitmaps, whose digits need no blanks between. */
    digit(): number {
      skip();
      const digit = digitAt(at++);
      if (digit !== 0 && digit !== 1) throw new Error('where 0 or 1 should be lies something else');
      return digit;
    },
    /** Where the bytes begin: after one blank. */
    end: (): number => at + 1,
  };
};
