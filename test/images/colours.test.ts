import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { openColours } from '../../src-main/images/colours.ts';
import { imageOpener } from '../../src-main/images/openImage.ts';
import { tiff } from './tiff.ts';

const side = 24;
/** A black logo on white: a disc of radius 8, the colours under its alpha, which is opaque in the disc and nowhere else. */
const isLogo = (pixel: number): boolean => Math.hypot((pixel % side) - 11.5, Math.floor(pixel / side) - 11.5) < 8;
const raw = (channels: number, valueAt: (channel: number, isBlack: boolean) => number): Buffer =>
  Buffer.from(
    Array.from({ length: side * side * channels }, (_, at) =>
      valueAt(at % channels, isLogo(Math.floor(at / channels))),
    ),
  );
const colour = (isBlack: boolean): number => (isBlack ? 0 : 255);
const alpha = (isBlack: boolean): number => (isBlack ? 255 : 0);
const open = imageOpener();

const shrunk = (image: Sharp): Promise<Buffer> =>
  image.resize(8, 8, { fit: 'fill', kernel: 'linear' }).toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
const opaque = (): Sharp =>
  sharp(
    raw(3, (_, black) => colour(black)),
    { raw: { width: side, height: side, channels: 3 } },
  );

const rgba = (): Sharp =>
  sharp(
    raw(4, (channel, black) => (channel < 3 ? colour(black) : alpha(black))),
    { raw: { width: side, height: side, channels: 4 } },
  );
const greyAlpha = (): Sharp =>
  sharp(
    raw(2, (channel, black) => (channel < 1 ? colour(black) : alpha(black))),
    { raw: { width: side, height: side, channels: 2 } },
  );
/** PNG with a palette of white and black, white transparent (tRNS): sharp's own writer merges transparent colours. */
const palette = async (): Promise<Buffer> => {
  const plain = await opaque().png({ palette: true, colours: 2, effort: 1 }).toBuffer();
  const at = plain.indexOf('PLTE') - 4;
  const end = at + 12 + plain.readUInt32BE(at);
  const count = plain.readUInt32BE(at) / 3;
  const body = Buffer.concat([
    Buffer.from('tRNS'),
    Buffer.from(Array.from({ length: count }, (_, index) => ((plain[at + 8 + 3 * index] ?? 0) > 127 ? 0 : 255))),
  ]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(count, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), chunk.length - 4);
  return Buffer.concat([plain.subarray(0, end), chunk, plain.subarray(end)]);
};
/** A profile as a JPEG carries it: APP2 segments of up to 65,519 bytes, numbered from 1. */
const iccSegments = (profile: Buffer): Buffer[] => {
  const count = Math.ceil(profile.length / 65519);
  return Array.from({ length: count }, (_, index) => {
    const part = profile.subarray(index * 65519, (index + 1) * 65519);
    const head = Buffer.from('\xff\xe2..ICC_PROFILE\0..', 'latin1');
    head.writeUInt16BE(part.length + 16, 2);
    head.set([index + 1, count], 16);
    return Buffer.concat([head, part]);
  });
};
const wide = (bytes: Buffer): Buffer => Buffer.from(Uint16Array.from(bytes, (byte) => byte * 257).buffer);
const size = { width: side, height: side, bits: 8 } as const;

describe('what lies under transparency counts as if the picture had none, as in PIL’s convert("RGB")', () => {
  test.each<[name: string, bytes: () => Promise<Buffer> | Buffer]>([
    ['RGBA PNG', () => rgba().png().toBuffer()],
    ['grey and alpha PNG', () => greyAlpha().png().toBuffer()],
    ['16-bit RGBA PNG', () => rgba().toColourspace('rgb16').png().toBuffer()],
    ['palette PNG with a transparent colour', palette],
    ['WebP', () => rgba().webp({ lossless: true, exact: true }).toBuffer()],
    ['AVIF', () => rgba().avif({ lossless: true }).toBuffer()],
    [
      'RGBA TIFF',
      () => tiff({ ...size, channels: 4, photometric: 2, pixels: raw(4, (c, b) => (c < 3 ? colour(b) : alpha(b))) }),
    ],
    [
      'grey TIFF with alpha',
      () => tiff({ ...size, channels: 2, photometric: 1, pixels: raw(2, (c, b) => (c < 1 ? colour(b) : alpha(b))) }),
    ],
    [
      'RGB TIFF with two more channels',
      () => tiff({ ...size, channels: 5, photometric: 2, pixels: raw(5, (c, b) => (c < 3 ? colour(b) : alpha(b))) }),
    ],
    [
      '16-bit RGBA TIFF',
      () =>
        tiff({
          ...size,
          bits: 16,
          channels: 4,
          photometric: 2,
          pixels: wide(raw(4, (c, b) => (c < 3 ? colour(b) : alpha(b)))),
        }),
    ],
  ])('%s', async (_, bytes) => {
    expect([...(await shrunk(await openColours(await bytes(), open)))]).toEqual([...(await shrunk(opaque()))]);
  });

  test('of CMYK each colour is what its ink and black let through, with or without a profile, a fifth channel or an Adobe marker', async () => {
    // Pillow 13: Image.merge('CMYK', …).convert('RGB') gives (255 − ink)·(255 − black)/255, rounded.
    const inks = [200, 100, 0, 51] as const;
    const rgb = [44, 124, 204]; // by hand: 204·55/255, 204·155/255, 204
    const cmyk = (channels: number): Buffer =>
      tiff({ ...size, channels, photometric: 5, pixels: raw(channels, (c) => inks[c] ?? 77) });
    const jpeg = await open(cmyk(4))
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    const { icc } = await sharp(await opaque().withIccProfile('cmyk').jpeg().toBuffer()).metadata();
    const withProfile = Buffer.concat([jpeg.subarray(0, 2), ...iccSegments(icc ?? Buffer.alloc(0)), jpeg.subarray(2)]);
    expect((await sharp(withProfile).metadata()).hasProfile).toBe(true);
    for (const bytes of [cmyk(4), cmyk(5), jpeg, withProfile]) {
      const pixels = await shrunk(await openColours(bytes, open));
      [...pixels.subarray(0, 3)].forEach((value, colour) =>
        expect(Math.abs(value - (rgb[colour] ?? 0))).toBeLessThanOrEqual(1),
      );
    }
  });
});
