/** An uncompressed TIFF of one strip, so that any number and kind of channels can be had. */
export interface TiffImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 1 grey, 2 RGB, 5 CMYK. */
  readonly photometric: 1 | 2 | 5;
  readonly bits: 8 | 16 | 32;
  /** Floating-point numbers in place of whole ones. */
  readonly isFloat?: boolean;
  readonly pixels: Buffer;
}

/** @see Adobe, "TIFF, Revision 6.0", 1992: an entry is tag, type (3 short, 4 long), count, value or where the values lie. */
export const tiff = ({ width, height, channels, photometric, bits, isFloat = false, pixels }: TiffImage): Buffer => {
  const extra = channels - { 1: 1, 2: 3, 5: 4 }[photometric];
  const perChannel = (value: number): number[] => Array.from({ length: channels }, () => value);
  const tags: [tag: number, values: readonly number[]][] = [
    [256, [width]],
    [257, [height]],
    [258, perChannel(bits)],
    [259, [1]],
    [262, [photometric]],
    [273, [0]],
    [277, [channels]],
    [278, [height]],
    [279, [pixels.length]],
    ...(extra > 0 ? [[338, Array.from({ length: extra }, (_, at) => (at === 0 ? 2 : 0))] as [number, number[]]] : []),
    ...(isFloat ? [[339, perChannel(3)] as [number, number[]]] : []),
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  const beyond: Buffer[] = [];
  let next = 8 + directory.length;
  tags.forEach(([tag, values], at) => {
    const isLong = tag === 273 || tag === 279 || tag === 256 || tag === 257;
    const written = Buffer.alloc(Math.max(4, values.length * (isLong ? 4 : 2)));
    values.forEach((value, index) =>
      isLong ? written.writeUInt32LE(value, 4 * index) : written.writeUInt16LE(value, 2 * index),
    );
    const entry = 2 + 12 * at;
    directory.writeUInt16LE(tag, entry);
    directory.writeUInt16LE(isLong ? 4 : 3, entry + 2);
    directory.writeUInt32LE(values.length, entry + 4);
    if (written.length === 4) written.copy(directory, entry + 8);
    else {
      directory.writeUInt32LE(next, entry + 8);
      beyond.push(written);
      next += written.length;
    }
  });
  directory.writeUInt32LE(next, 2 + 12 * tags.findIndex(([tag]) => tag === 273) + 8);
  return Buffer.concat([Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]), directory, ...beyond, pixels]);
};
