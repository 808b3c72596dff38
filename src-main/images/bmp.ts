import { checkSize, cutOff, type RawImage } from './rawImage.ts';

type Rgb = readonly [red: number, green: number, blue: number];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly palette: readonly Rgb[];
  readonly masks: Rgb;
  /** Where the pixels begin. */
  readonly offset: number;
}

const uncompressed = 0;
const runLength8 = 1;
const runLength4 = 2;
const bitFields = [3, 6];

/**
 * Decodes a Windows or OS/2 bitmap: 1, 4 and 8 bits with a palette (run-length encoded too), 16, 24 and 32 bits. Alpha is dropped; what
 * run-length encoding leaves out has the palette's first colour.
 * @returns colours uint8 [height, width, 3].
 * @throws Error in words where it is damaged, cut off or of another kind.
 * @see https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */
export const decodeBmp = (bytes: Buffer): RawImage => {
  const header = readHeader(bytes);
  const { width, height, bits, compression } = header;
  checkSize(width, height);
  const pixels = Buffer.alloc(width * height * 3);
  const set = (x: number, row: number, [red, green, blue]: Rgb): void => {
    const at = ((header.isTopDown ? row : height - 1 - row) * width + x) * 3;
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  };
  if (compression === runLength8 || compression === runLength4) readRuns(bytes, header, set);
  else if (bits <= 8) readIndices(bytes, header, set);
  else readColours(bytes, header, set);
  return { width, height, channels: 3, pixels };
};

const readHeader = (bytes: Buffer): Header => {
  if (bytes.length < 26) throw cutOff();
  const offset = bytes.readUInt32LE(10);
  const headerBytes = bytes.readUInt32LE(14);
  const isOs2 = headerBytes === 12;
  if (bytes.length < 14 + headerBytes) throw cutOff();
  const width = isOs2 ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const tall = isOs2 ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(isOs2 ? 24 : 28);
  const compression = isOs2 ? uncompressed : bytes.readUInt32LE(30);
  const isKnown =
    (compression === uncompressed && [1, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === runLength8 && bits === 8) ||
    (compression === runLength4 && bits === 4) ||
    (bitFields.includes(compression) && (bits === 16 || bits === 32));
  if (!isKnown)
    throw new Error(
      `it is a bitmap of ${bits} bits with compression ${compression}, which is not read; write it as PNG`,
    );
  const hasMasks = bitFields.includes(compression);
  // A header of 40 bytes is followed by its masks; longer ones hold them at the same place.
  const masks: Rgb = hasMasks
    ? [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)]
    : bits === 16
      ? [0x7c00, 0x03e0, 0x001f]
      : [0xff0000, 0xff00, 0xff];
  const paletteAt = 14 + headerBytes;
  const entryBytes = isOs2 ? 3 : 4;
  const announced = isOs2 ? 0 : bytes.readUInt32LE(46);
  const colours =
    bits > 8
      ? 0
      : Math.min(announced || 2 ** bits, Math.floor((Math.min(offset, bytes.length) - paletteAt) / entryBytes));
  const palette = Array.from({ length: Math.max(0, colours) }, (_, index): Rgb => {
    const at = paletteAt + index * entryBytes;
    return [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0];
  });
  return { width, height: Math.abs(tall), isTopDown: tall < 0, bits, compression, palette, masks, offset };
};

type SetPixel = (x: number, row: number, colour: Rgb) => void;

/** Each row begins at a multiple of four bytes. */
const rowBytesOf = ({ width, bits }: Header): number => Math.ceil((width * bits) / 32) * 4;

const colourOf = ({ palette }: Header, index: number): Rgb => {
  const colour = palette[index];
  if (colour === undefined) throw new Error(`a pixel has colour ${index} of a palette of ${palette.length}`);
  return colour;
};

const readIndices = (bytes: Buffer, header: Header, set: SetPixel): void => {
  const { width, height, bits, offset } = header;
  const rowBytes = rowBytesOf(header);
  if (bytes.length < offset + (height - 1) * rowBytes + Math.ceil((width * bits) / 8)) throw cutOff();
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const byte = bytes[offset + row * rowBytes + (bit >> 3)] ?? 0;
      set(x, row, colourOf(header, (byte >> (8 - bits - (bit & 7))) & (2 ** bits - 1)));
    }
  }
};

/** A channel's bits brought to 0–255. */
const channelReader = (mask: number): ((value: number) => number) => {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
};

const readColours = (bytes: Buffer, header: Header, set: SetPixel): void => {
  const { width, height, bits, offset, masks } = header;
  const rowBytes = rowBytesOf(header);
  const pixelBytes = bits / 8;
  if (bytes.length < offset + (height - 1) * rowBytes + width * pixelBytes) throw cutOff();
  const [red, green, blue] = [channelReader(masks[0]), channelReader(masks[1]), channelReader(masks[2])];
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) {
      const value = bytes.readUIntLE(offset + row * rowBytes + x * pixelBytes, pixelBytes);
      set(x, row, [red(value), green(value), blue(value)]);
    }
  }
};

/** Pairs of a count and a colour; a count of 0 begins an end of row (0), the end (1), a move (2), or so many single pixels. */
const readRuns = (bytes: Buffer, header: Header, set: SetPixel): void => {
  const { width, height, bits } = header;
  for (let row = 0; row < height; row++) for (let x = 0; x < width; x++) set(x, row, colourOf(header, 0));
  let at = header.offset;
  let x = 0;
  let row = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw cutOff();
    return byte;
  };
  const put = (index: number): void => {
    if (x < width && row < height) set(x, row, colourOf(header, index));
    x++;
  };
  /** The n-th pixel of those that lie in a byte. */
  const pixelIn = (byte: number, place: number): number =>
    bits === 8 ? byte : place % 2 === 0 ? byte >> 4 : byte & 15;
  for (;;) {
    const count = next();
    const value = next();
    if (count > 0) for (let place = 0; place < count; place++) put(pixelIn(value, place));
    else if (value === 0) {
      x = 0;
      if (++row > height) return;
    } else if (value === 1) return;
    else if (value === 2) {
      x += next();
      row += next();
    } else {
      const length = Math.ceil((value * bits) / 8);
      let byte = 0;
      for (let place = 0; place < value; place++) {
        if (bits === 8 || place % 2 === 0) byte = next();
        put(pixelIn(byte, place));
      }
      if (length % 2 === 1) next();
    }
  }
};
