import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { drawDistortion } from '../../../src-main/trainer/data/augmentation.ts';
import type { DeviceExamples } from '../../../src-main/trainer/data/batches.ts';
import { centreCrop, randomRegion, withMargin } from '../../../src-main/trainer/data/crops.ts';
import { decodingPool, type DecodingPool } from '../../../src-main/trainer/data/imageFiles/decodingPool.ts';
import { fileExamples } from '../../../src-main/trainer/data/imageFiles/fileExamples.ts';
import { readImageDataset, type ImageDataset } from '../../../src-main/trainer/data/imageFiles/manifest.ts';
import { randomStream, type RandomStream } from '../../../src-main/trainer/data/rng.ts';
import type { Ops } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { imageFolder, noise, plain, ramp, temporaryFolder } from '../../imageFolders.ts';

const off: AugmentationConfig = {
  ...{
    cropPadding: 0,
    cropMinScale: 0.08,
    cropMaxScale: 1,
    flip: false,
    cutoutSize: 0,
    cutoutProbability: 0,
    resolution: null,
  },
};
const training = (augmentation: AugmentationConfig) => ({ augmentation, isTraining: true });
const evaluation = { augmentation: off, isTraining: false };
/** ImageNet's usual resized crops. */
const usual = [0.08, 1] as const;
const side = 24;
/** Bytes as they are: mean 0 and deviation 1/255 undo the normalisation. */
const asBytes = { mean: [0, 0, 0], sd: [1 / 255, 1 / 255, 1 / 255] };
let ops: Ops;
beforeAll(() => {
  ops = referenceOps();
});
afterAll(() => ops.close());

const imported = async (root: string): Promise<{ info: DatasetInfo; images: ImageDataset }> => {
  const folder = await temporaryFolder();
  const info = await openLibrary(folder).import({ kind: 'imageFolder', paths: [root], name: 'set' });
  return { info: { ...info, ...asBytes }, images: readImageDataset(info, join(folder, 'set')) };
};

const taken = async (examples: DeviceExamples, indices: Int32Array, random: RandomStream) => {
  await examples.whenReady();
  const { images, labels } = examples.batch(indices, random);
  const narrow = ops.cast(labels, 'int32');
  const result = { pixels: Float32Array.from(ops.download(images)), labels: [...ops.download(narrow)] };
  [images, labels, narrow].forEach(ops.dispose);
  return result;
};

test('random regions are what torchvision draws: area, ratio and place', () => {
  const random = randomStream(1, 'augmentation');
  const draws = Array.from({ length: 4000 }, () => randomRegion({ width: 400, height: 300 }, usual, random));
  for (const { left, top, width, height } of draws) {
    expect(left >= 0 && top >= 0 && left + width <= 400 && top + height <= 300).toBe(true);
    const [area, ratio] = [(width * height) / 120_000, width / height];
    // Rounding to whole pixels moves a side of at least 73 (8 % of the area at 4:3) by half a pixel.
    expect(area > 0.079 && area < 1.005 && ratio > 0.74 && ratio < 1.35).toBe(true);
  }
  // Areas up to a half always fit (a square half is 245 wide and high): of 0.08–1, 0.08–0.31 is a quarter, less what was drawn anew.
  const small = draws.filter(({ width, height }) => width * height < 0.31 * 120_000).length / 4000;
  expect(small).toBeGreaterThan(0.25 - 0.035);
  expect(small).toBeLessThan(0.36);
  const places = draws.map(({ left, width }) => (left + 0.5) / (400 - width + 1));
  expect(Math.abs(places.reduce((sum, place) => sum + place, 0) / 4000 - 0.5)).toBeLessThan(0.025);
});

// No part of ratio ≥ 3/4 has 8 % of a strip of 10 × 1000: the centre of ratio 3/4 is taken, 10 wide and 13 high.
test.each([
  [
    { width: 10, height: 1000 },
    { left: 0, top: 493, width: 10, height: 13 },
  ],
  [
    { width: 1000, height: 10 },
    { left: 493, top: 0, width: 13, height: 10 },
  ],
  [
    { width: 1, height: 1 },
    { left: 0, top: 0, width: 1, height: 1 },
  ],
])('of %o the region is %o', (size, region) => {
  expect(randomRegion(size, usual, randomStream(1, 'augmentation'))).toEqual(region);
});

test.each([
  [{ width: 500, height: 375 }, 224, { width: 341, height: 256, left: 59, top: 16 }], // 256·500/375 = 341.3; (341 − 224)/2
  [{ width: 300, height: 601 }, 224, { width: 256, height: 512, left: 16, top: 144 }],
  [{ width: 7, height: 7 }, 224, { width: 256, height: 256, left: 16, top: 16 }],
  [{ width: 64, height: 64 }, 56, { width: 64, height: 64, left: 4, top: 4 }],
])('evaluation of %o at %d', (size, at, crop) => {
  expect(centreCrop(size, at, withMargin)).toEqual(crop);
});

describe('pixels', () => {
  let root: string;
  let set: Awaited<ReturnType<typeof imported>>;
  const sizes = [
    [160, 120],
    [90, 200],
    [31, 37],
  ] as const;
  beforeAll(async () => {
    const train = await Promise.all(
      sizes.map(
        async ([width, height], at) => [`train/a/${at}.png`, await ramp(width, height).png().toBuffer()] as const,
      ),
    );
    root = await imageFolder({
      ...Object.fromEntries(train),
      'train/b/0.png': await ramp(160, 120, 200).png().toBuffer(),
      'val/a/0.png': await ramp(160, 120).png().toBuffer(),
      'val/a/1.png': await ramp(90, 200).png().toBuffer(),
    });
    set = await imported(root);
  });

  /**
   * Of a linear ramp, any symmetric filter that weighs to one gives the ramp at the filter's centre: pixel i of `side` that cover
   * `width` pixels from `left` has its centre at left + (i + ½)·width/side − ½. Not so where the filter reaches over the border.
   */
  const expectRamp = (
    pixels: Float32Array,
    at: {
      left: number;
      top: number;
      width: number;
      height: number;
      side: readonly [number, number];
      from: readonly [number, number];
    },
    [width, height]: readonly [number, number],
    isFlipped: boolean,
  ): void => {
    const margin = 3;
    for (let row = margin; row < side - margin; row++) {
      for (let column = margin; column < side - margin; column++) {
        const x = at.left + ((at.from[0] + column + 0.5) * at.width) / at.side[0] - 0.5;
        const y = at.top + ((at.from[1] + row + 0.5) * at.height) / at.side[1] - 0.5;
        const place = (row * side + (isFlipped ? side - 1 - column : column)) * 3;
        expect(Math.abs((pixels[place] ?? NaN) - (255 * x) / (width - 1))).toBeLessThan(3);
        expect(Math.abs((pixels[place + 1] ?? NaN) - (255 * y) / (height - 1))).toBeLessThan(3);
      }
    }
  };

  test('of training are those of the drawn region, mirrored where drawn, with Cutout', async () => {
    const augmentation = { ...off, flip: true, cutoutSize: 4, cutoutProbability: 0.5 };
    const { handles } = ops.counters;
    const pool = decodingPool(set.images.root, 2);
    const examples = fileExamples(ops, set.info, set.images.train, training(augmentation), side, pool);
    const random = randomStream(3, 'augmentation');
    const same = randomStream(3, 'augmentation');
    const batches = Array.from({ length: 6 }, () => Int32Array.of(2, 0, 3, 1));
    examples.prepare(batches, random);
    const flips = new Set<boolean>();
    for (const indices of batches) {
      expect(random.state()).toEqual(same.state()); // what is prepared ahead has not moved it
      const { pixels, labels } = await taken(examples, indices, random);
      expect(labels).toEqual([0, 0, 1, 0]);
      indices.forEach((index, place) => {
        const size = sizes[index] ?? sizes[0];
        const region = randomRegion({ width: size[0], height: size[1] }, usual, same);
        const { isFlipped, hole } = drawDistortion(augmentation, side, side, same);
        const image = pixels.slice(place * side * side * 3, (place + 1) * side * side * 3);
        flips.add(isFlipped);
        if (hole === null) expectRamp(image, { ...region, side: [side, side], from: [0, 0] }, size, isFlipped);
        else expect(image[(hole.rows[0] * side + hole.columns[0]) * 3]).toBe(0);
      });
    }
    expect(random.state()).toEqual(same.state());
    expect(flips).toEqual(new Set([true, false]));
    examples.dispose();
    pool.close();
    expect(ops.counters.handles).toBe(handles);
  });

  // Shutting sharp's loaders shuts them for the whole process, for a moment even those that are let in: other threads then read nothing.
  test('are decoded by threads that leave the loaders as the first thread has shut them', async () => {
    const [file] = set.images.train.files;
    if (file === undefined) throw new Error('There is no image.');
    const decode = async (): Promise<void> => {
      const pool = decodingPool(set.images.root, 2, true);
      const region = { left: 0, top: 0, width: 100, height: 100 };
      await pool.decode([{ place: 0, file, framing: { kind: 'region', region, isFlipped: false } }], side).done;
      pool.close();
    };
    const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    const svg = { operation: ['VipsForeignLoadSvg'] };
    await decode();
    await expect(sharp(drawing).metadata()).rejects.toThrow(/unsupported image format/);
    sharp.unblock(svg);
    await decode();
    await expect(sharp(drawing).metadata()).resolves.toMatchObject({ format: 'svg' });
    sharp.block(svg);
  });

  test('of evaluation are the centre of the shrunk image, whatever the stream', async () => {
    const pool = decodingPool(set.images.root, 1);
    const examples = fileExamples(ops, set.info, set.images.test, evaluation, side, pool);
    const random = randomStream(3, 'augmentation');
    examples.prepare([Int32Array.of(0, 1)], random);
    const { pixels } = await taken(examples, Int32Array.of(0, 1), random);
    expect(random.state()).toEqual(randomStream(3, 'augmentation').state());
    // Short side 24·256/224 = 27.4 → 27; ⌊27·160/120⌋ = 36, ⌊27·200/90⌋ = 60.
    const whole = { left: 0, top: 0 };
    expectRamp(
      pixels.slice(0, side * side * 3),
      { ...whole, width: 160, height: 120, side: [36, 27], from: [6, 2] },
      [160, 120],
      false,
    );
    expectRamp(
      pixels.slice(side * side * 3),
      { ...whole, width: 90, height: 200, side: [27, 60], from: [2, 18] },
      [90, 200],
      false,
    );
    examples.dispose();
    pool.close();
  });

  test('are the same however many threads decode, and with sharp for WebAssembly, which Electron on Linux needs', async () => {
    const batches = Array.from({ length: 5 }, (_, at) => Int32Array.of(at % 4, 3, 1));
    const all = async (threads: number, isNative = true) => {
      const pool = decodingPool(set.images.root, threads, isNative);
      const examples = fileExamples(ops, set.info, set.images.train, training({ ...off, flip: true }), side, pool);
      const random = randomStream(5, 'augmentation');
      examples.prepare(batches, random);
      const pixels: number[][] = [];
      for (const indices of batches) pixels.push([...(await taken(examples, indices, random)).pixels]);
      examples.dispose();
      pool.close();
      return pixels;
    };
    const one = await all(1);
    expect(await all(3)).toEqual(one);
    expect(await all(1, false)).toEqual(one);
  });

  test('that are announced again, from the same state, go on being decoded', async () => {
    const pool = decodingPool(set.images.root, 1);
    let decoded = 0;
    const counting: DecodingPool = { ...pool, decode: (...job) => (decoded++, pool.decode(...job)) };
    const examples = fileExamples(ops, set.info, set.images.train, training(off), side, counting);
    const batches = [Int32Array.of(0, 1), Int32Array.of(2), Int32Array.of(3)];
    const again = () => batches.map((batch) => batch.slice());
    const random = randomStream(5, 'augmentation');
    examples.prepare(batches, random);
    examples.prepare(again(), random);
    expect(decoded).toBe(3);
    const first = await taken(examples, Int32Array.of(0, 1), random);
    examples.prepare(again(), randomStream(5, 'augmentation')); // one was taken: this begins anew
    expect(decoded).toBe(6);
    expect(await taken(examples, Int32Array.of(0, 1), randomStream(5, 'augmentation'))).toEqual(first);
    examples.prepare(again().slice(1), random); // the same state, but other batches
    examples.prepare(again().slice(1), randomStream(6, 'augmentation')); // and the other way round
    expect(decoded).toBe(10);
    examples.dispose();
    pool.close();
  });

  test('that are prepared anew begin where the stream stands', async () => {
    const pool = decodingPool(set.images.root, 1);
    const examples = fileExamples(ops, set.info, set.images.train, training(off), side, pool);
    const random = randomStream(5, 'augmentation');
    const batches = [Int32Array.of(0), Int32Array.of(1), Int32Array.of(2)];
    examples.prepare(batches, random);
    await taken(examples, Int32Array.of(0), random);
    const state = random.state();
    const second = await taken(examples, Int32Array.of(1), random);
    random.restore(state);
    examples.prepare(batches.slice(1), random); // as a resumed run does
    expect(await taken(examples, Int32Array.of(1), random)).toEqual(second);
    expect(() => examples.batch(Int32Array.of(7), random)).toThrow('not the next');
    examples.dispose();
    pool.close();
  });
});

test('grey, transparent, CMYK, palette and 16-bit images come as red, green and blue', async () => {
  const red = () => plain('#c80000');
  const files = {
    'alpha.png': red().ensureAlpha(0.5).png().toBuffer(),
    'cmyk.jpg': red().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
    'deep.png': red().toColourspace('rgb16').png().toBuffer(),
    'grey.jpg': plain('#808080').toColourspace('b-w').jpeg({ quality: 100 }).toBuffer(),
    'greyAlpha.png': plain('#808080').toColourspace('b-w').ensureAlpha(0.5).png().toBuffer(),
    'palette.gif': red().gif().toBuffer(),
    'palette.png': red().png({ palette: true }).toBuffer(),
  };
  const train: Record<string, Buffer> = {};
  for (const [name, bytes] of Object.entries(files)) train[`train/a/${name}`] = await bytes;
  const { info, images } = await imported(
    await imageFolder({ ...train, 'train/b/x.jpg': await noise(), 'val/a/x.jpg': await noise() }),
  );
  const pool = decodingPool(images.root, 1);
  const examples = fileExamples(ops, info, images.train, evaluation, 8, pool);
  const indices = Int32Array.from(Object.keys(files).keys());
  examples.prepare([indices], randomStream(1, 'augmentation'));
  const { pixels } = await taken(examples, indices, randomStream(1, 'augmentation'));
  const middle = (place: number) => [0, 1, 2].map((channel) => pixels[(place * 64 + 36) * 3 + channel] ?? NaN);
  Object.keys(files).forEach((name, place) => {
    const [r = 0, g = 0, b = 0] = middle(place);
    // A CMYK profile has no exact sRGB red.
    const tolerance = name === 'cmyk.jpg' ? 45 : 2;
    const expected = name.startsWith('grey') ? [128, 128, 128] : [200, 0, 0];
    const off = Math.max(...[r, g, b].map((value, channel) => Math.abs(value - (expected[channel] ?? NaN))));
    expect({ name, isNear: off <= tolerance, found: [r, g, b] }).toMatchObject({ isNear: true });
  });
  examples.dispose();
  pool.close();
});

describe('an image that is no longer what was imported is named', () => {
  test.each<{ what: string; change: (path: string) => Promise<void>; says: RegExp }>([
    { what: 'gone', change: (path) => rm(path), says: /train\/a\/1\.jpg is gone/ },
    { what: 'shorter', change: (path) => writeFile(path, 'x'), says: /train\/a\/1\.jpg was changed .* has 1 bytes/ },
    {
      what: 'of other bytes, as many as before',
      change: async (path) => writeFile(path, (await readFile(path)).reverse()),
      says: /train\/a\/1\.jpg was changed/,
    },
  ])('$what', async ({ change, says }) => {
    const bytes = await noise();
    const names = ['train/a/0.jpg', 'train/a/1.jpg', 'train/b/0.jpg', 'val/a/0.jpg'];
    const root = await imageFolder(Object.fromEntries(names.map((name) => [name, bytes])));
    const { info, images } = await imported(root);
    await change(join(root, 'train/a/1.jpg'));
    const pool = decodingPool(images.root, 2);
    const examples = fileExamples(ops, info, images.train, training(off), 8, pool);
    const random = randomStream(1, 'augmentation');
    examples.prepare([Int32Array.of(0, 2), Int32Array.of(0, 1, 2)], random);
    await taken(examples, Int32Array.of(0, 2), random); // the batch before is whole
    await expect(examples.whenReady()).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(says) as string,
    });
    examples.dispose();
    pool.close();
  });

  test('but one that was only touched is not', async () => {
    const bytes = await noise();
    const names = ['train/a/0.jpg', 'train/b/0.jpg', 'val/a/0.jpg'];
    const root = await imageFolder(Object.fromEntries(names.map((name) => [name, bytes])));
    const { info, images } = await imported(root);
    await utimes(join(root, 'train/a/0.jpg'), 1, 1);
    const pool = decodingPool(images.root, 2);
    const examples = fileExamples(ops, info, images.train, training(off), 8, pool);
    const random = randomStream(1, 'augmentation');
    examples.prepare([Int32Array.of(0, 1)], random);
    await taken(examples, Int32Array.of(0, 1), random);
    examples.dispose();
    pool.close();
  });

  test('and so is a list or a folder', async () => {
    const bytes = await noise();
    const names = ['train/a/0.jpg', 'train/b/0.jpg', 'val/a/0.jpg'];
    const root = await imageFolder(Object.fromEntries(names.map((name) => [name, bytes])));
    const folder = await temporaryFolder();
    const info = await openLibrary(folder).import({ kind: 'auto', paths: [root], name: 'set' });
    expect(() => readImageDataset({ ...info, sha256: '0'.repeat(64) }, join(folder, 'set'))).toThrow('is not the one');
    await rm(root, { recursive: true });
    expect(() => readImageDataset(info, join(folder, 'set'))).toThrow(`${root} with the images of set is not there`);
  });
});
