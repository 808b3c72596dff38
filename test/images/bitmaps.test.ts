import { expect, test } from 'vitest';
import { imageKindOf } from '../../src-main/images/kinds.ts';
import { imageOpener } from '../../src-main/images/openImage.ts';
import { plain } from '../imageFolders.ts';

const open = imageOpener();
const rgbOf = async (bytes: Buffer): Promise<number[]> => [
  ...(await open(bytes).toColourspace('srgb').raw().toBuffer()),
];

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Blue, green, red, nothing. */
  readonly palette?: readonly number[];
  readonly masks?: readonly number[];
  readonly pixels: readonly number[];
}

/** A file header of 14 bytes, an information header of 40, masks or palette, pixels. */
const bmp = ({ width, height, bits, compression = 0, palette = [], masks = [], pixels }: Bitmap): Buffer => {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + palette.length + 4 * masks.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length / 4, 46);
  return Buffer.concat([
    header,
    Buffer.from(Uint32Array.from(masks).buffer),
    Buffer.from(palette),
    Buffer.from(pixels),
  ]);
};

const red = [255, 0, 0];
const green = [0, 255, 0];
const blue = [0, 0, 255];
const black = [0, 0, 0];
const palette = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0]; // red, green, blue
// Two rows of three pixels, the upper one last: red green blue above blue blue black (or the palette's colours).
const upper = [...red, ...green, ...blue];

test.each<[what: string, image: Buffer, rgb: number[]]>([
  [
    '24 bits, rows filled up to four bytes',
    bmp({
      width: 3,
      height: 2,
      bits: 24,
      pixels: [255, 0, 0, 255, 0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 255, 0, 255, 0, 255, 0, 0, 9, 9, 9],
    }),
    [...upper, ...blue, ...blue, ...black],
  ],
  [
    '24 bits, the first row first',
    bmp({ width: 1, height: -2, bits: 24, pixels: [0, 0, 255, 0, 255, 0, 0, 0] }),
    [...red, ...blue],
  ],
  [
    '32 bits, whose fourth byte is not looked at',
    bmp({ width: 2, height: 1, bits: 32, pixels: [0, 0, 255, 0, 255, 0, 0, 128] }),
    [...red, ...blue],
  ],
  // 0b0_11111_00000_00000 = 0x7c00 is red; 0x03e0 green: little-endian.
  [
    '16 bits, five for each colour',
    bmp({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0xe0, 0x03] }),
    [...red, ...green],
  ],
  // Five bits of blue, 16 of 31: 16 × 255 / 31 = 131.6; six of green, 32 of 63: 129.5.
  [
    '16 bits by masks',
    bmp({
      width: 2,
      height: 1,
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x07e0, 0x001f],
      pixels: [16, 0, 0x00, 0x04],
    }),
    [0, 0, 132, 0, 130, 0],
  ],
  [
    '8 bits',
    bmp({ width: 3, height: 2, bits: 8, palette, pixels: [2, 2, 0, 9, 0, 1, 2, 9] }),
    [...upper, ...blue, ...blue, ...red],
  ],
  ['4 bits', bmp({ width: 3, height: 1, bits: 4, palette, pixels: [0x01, 0x20, 0, 0] }), upper],
  [
    '1 bit',
    bmp({ width: 9, height: 1, bits: 1, palette: palette.slice(0, 8), pixels: [0b01000000, 0b10000000, 0, 0] }),
    [...red, ...green, ...Array.from({ length: 6 }, () => red).flat(), ...green],
  ],
  [
    '8 bits in runs: twice blue, then the three themselves, end',
    bmp({ width: 3, height: 2, bits: 8, compression: 1, palette, pixels: [2, 2, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1] }),
    [...upper, ...blue, ...blue, ...red],
  ],
  [
    '4 bits in runs',
    bmp({ width: 3, height: 1, bits: 4, compression: 2, palette, pixels: [3, 0x12, 0, 1] }),
    [...green, ...blue, ...green],
  ],
  ['grey as text', Buffer.from('P2 # a comment\n3 1\n100\n0 50\n100\n'), [0, 0, 0, 128, 128, 128, 255, 255, 255]],
  ['colours as text', Buffer.from('P3\n1 1 255 1 2 3 '), [1, 2, 3]],
  ['bits as text', Buffer.from('P1\n3 1\n0 11\n'), [255, 255, 255, 0, 0, 0, 0, 0, 0]],
  [
    'bits',
    Buffer.concat([Buffer.from('P4\n9 1\n'), Buffer.of(0b11111110, 0b10000000)]),
    [...Array.from({ length: 7 }, () => black).flat(), 255, 255, 255, ...black],
  ],
  ['grey', Buffer.concat([Buffer.from('P5 2 1 255\n'), Buffer.of(10, 200)]), [10, 10, 10, 200, 200, 200]],
  ['grey of 16 bits', Buffer.concat([Buffer.from('P5 1 1 65535\n'), Buffer.of(0x80, 0x80)]), [128, 128, 128]], // 32,896 ÷ 257
  ['colours', Buffer.concat([Buffer.from('P6\n1 2\n255\n'), Buffer.of(1, 2, 3, 4, 5, 6)]), [1, 2, 3, 4, 5, 6]],
])('%s', async (_, image, rgb) => {
  expect(await rgbOf(image)).toEqual(rgb);
});

test.each<[what: string, image: Buffer, says: RegExp]>([
  ['a bitmap that is cut off', bmp({ width: 3, height: 2, bits: 24, pixels: [1, 2, 3] }), /cut off/],
  ['a bitmap that is a bomb', bmp({ width: 30_000, height: 30_000, bits: 1, palette, pixels: [] }), /pixel limit/],
  [
    'a colour that is not in the palette',
    bmp({ width: 1, height: 1, bits: 8, palette, pixels: [7, 0, 0, 0] }),
    /colour 7 of a palette of 3/,
  ],
  ['runs without an end', bmp({ width: 3, height: 1, bits: 8, compression: 1, palette, pixels: [3, 1] }), /cut off/],
  ['a bitmap that holds a JPEG', bmp({ width: 1, height: 1, bits: 24, compression: 4, pixels: [0] }), /compression 4/],
  ['a PGM that is cut off', Buffer.from('P5 4 4 255\nabc'), /cut off/],
  ['a PGM brighter than it says', Buffer.from('P2 1 1 10 11 '), /value of 11 is more than the 10/],
  ['a PPM that is a bomb', Buffer.from('P6 99999 99999 255\n'), /pixel limit/],
])('%s is refused in words', (_, image, says) => {
  expect(() => open(image)).toThrow(says);
});

test('what a file holds is told by its bytes', async () => {
  const red = plain('red', 4, 4);
  const kinds = await Promise.all(
    (['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const).map(async (format) =>
      imageKindOf(await red.clone().toFormat(format).toBuffer()),
    ),
  );
  expect(kinds).toEqual(['JPEG', 'PNG', 'GIF', 'WebP', 'TIFF', 'AVIF']);
  for (const other of [
    '',
    'BMW is a car, and this is a text about it',
    'P1a',
    '<svg/>',
    '%PDF-1.7',
    'RIFF____WAVEfmt ',
  ])
    expect(imageKindOf(Buffer.from(other))).toBeNull();
});
