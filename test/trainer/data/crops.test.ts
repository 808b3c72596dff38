import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { augmentationSchema } from '../../../shared/runConfig.ts';
import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { deviceExamples, resizedExamples, type DeviceExamples } from '../../../src-main/trainer/data/batches.ts';
import { decodingPool, type DecodingPool } from '../../../src-main/trainer/data/imageFiles/decodingPool.ts';
import { fileExamples } from '../../../src-main/trainer/data/imageFiles/fileExamples.ts';
import { readImageDataset, type ImageDataset } from '../../../src-main/trainer/data/imageFiles/manifest.ts';
import { resampled } from '../../../src-main/trainer/data/resample.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import type { Ops } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { imageFolder, temporaryFolder } from '../../imageFolders.ts';

const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });

describe('resizing mixes what PIL’s bilinear filter mixes', () => {
  test.each([
    // To half: a triangle of half-width 2 around the new pixel's centre. At 1: weights ¾, ¾, ¼ of 0, 100, 200 over 7/4 = 71.4;
    // at 3: ¼, ¾, ¾ of 100, 200, 40 over 7/4 = 117.1.
    { from: [0, 100, 200, 40], to: [71, 117] },
    // To twice: centres at ¼, ¾, 5/4, 7/4 of the old pixels.
    { from: [0, 100], to: [0, 25, 75, 100] },
    { from: [7, 8, 255], to: [7, 8, 255] },
    // To one: centre 1, half-width 2: ¾, ¾ of 10, 21 over 3/2 = 15.5, and half is rounded up.
    { from: [10, 21], to: [16] },
  ])('$from becomes $to, in rows and in columns', ({ from, to }) => {
    const line = Uint8Array.from(from);
    const row = resampled(line, from.length, 1, whole(from.length, 1), { width: to.length, height: 1 });
    const column = resampled(line, 1, 1, whole(1, from.length), { width: 1, height: to.length });
    expect([[...row], [...column]]).toEqual([to, to]);
  });

  test('only the region counts, channel by channel', () => {
    // Two channels; the middle two of four columns of the second row.
    const image = Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9, 5, 5, 0, 200, 100, 100, 5, 5]);
    const region = { left: 1, top: 1, width: 2, height: 1 };
    expect([...resampled(image, 4, 2, region, { width: 4, height: 1 })]).toEqual([0, 200, 25, 175, 75, 125, 100, 100]);
  });
});

const side = 8;
const none = augmentationSchema.parse({ cropPadding: 0, flip: false, cutoutSize: 0, cutoutProbability: 0 });
const pixels = Array.from({ length: 4 }, (_, image) =>
  Uint8Array.from({ length: side * side * 3 }, (_value, at) => (at * 37 + image * 101 + (at % 3) * 50) % 256),
);

describe('an image folder and decoded images of the same pixels', () => {
  let ops: Ops;
  let info: DatasetInfo;
  let images: ImageDataset;
  let pool: DecodingPool;
  beforeAll(async () => {
    ops = referenceOps();
    const png = (image: number) =>
      sharp(pixels[image] ?? new Uint8Array(), { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toBuffer();
    const root = await imageFolder({
      'train/a/0.png': await png(0),
      'train/a/1.png': await png(1),
      'train/b/2.png': await png(2),
      'train/b/3.png': await png(3),
      'val/a/0.png': await png(0),
    });
    const folder = await temporaryFolder();
    info = await openLibrary(folder).import({ kind: 'imageFolder', paths: [root], name: 'set' });
    images = readImageDataset(info, join(folder, 'set'));
    pool = decodingPool(images.root, 1);
  });
  afterAll(() => {
    pool.close();
    ops.close();
  });

  /** Bytes as they are: mean 0 and deviation 1/255 undo the normalisation. */
  const asBytes = () => ({ ...info, height: side, width: side, mean: [0, 0, 0], sd: [1 / 255, 1 / 255, 1 / 255] });
  const taken = async (examples: DeviceExamples): Promise<number[]> => {
    const indices = Int32Array.of(3, 0, 2, 1, 0, 0, 1, 2);
    const random = randomStream(7, 'augmentation');
    examples.prepare([indices], random);
    await examples.whenReady();
    const batch = examples.batch(indices, random);
    const values = Array.from(ops.download(batch.images), Math.round);
    [batch.images, batch.labels].forEach(ops.dispose);
    examples.dispose();
    return [...values, ...random.state()];
  };
  const ofFolder = (augmentation: AugmentationConfig) =>
    taken(fileExamples(ops, asBytes(), images.train, { augmentation, isTraining: true }, side, pool));
  const ofBytes = (augmentation: AugmentationConfig) => {
    const all = {
      count: 4,
      images: Uint8Array.from(pixels.flatMap((image) => [...image])),
      labels: Uint8Array.of(0, 0, 1, 1),
    };
    const kind = augmentation.cropMinScale === null ? deviceExamples : resizedExamples;
    return taken(kind(ops, asBytes(), all, augmentation));
  };

  test('none is none: every pixel is as stored', async () => {
    const stored = [3, 0, 2, 1, 0, 0, 1, 2].flatMap((image) => [...(pixels[image] ?? [])]);
    const state = randomStream(7, 'augmentation').state();
    expect(await ofFolder(none)).toEqual([...stored, ...state]);
    expect(await ofBytes(none)).toEqual([...stored, ...state]);
  });

  test.each<[string, Partial<AugmentationConfig>]>([
    ['padded crops', { cropPadding: 2 }],
    ['flips', { flip: true }],
    ['CIFAR’s: padded crops, flips and Cutout', { cropPadding: 4, flip: true, cutoutSize: 4, cutoutProbability: 0.5 }],
    // A square of all of a square's area fits only by its very ratio: else the centre, which is all of it.
    ['resized crops of the whole', { cropMinScale: 1, flip: true }],
  ])('are distorted alike by %s', async (_, changes) => {
    const augmentation = { ...none, ...changes };
    const found = await ofBytes(augmentation);
    expect(await ofFolder(augmentation)).toEqual(found);
    expect(found).not.toEqual(await ofBytes(none));
  });

  test('resized crops of a quarter to a half of the area enlarge parts of that size, and are drawn alike', async () => {
    const augmentation = { ...none, cropMinScale: 0.25, cropMaxScale: 0.5 };
    const [folder, bytes] = [await ofFolder(augmentation), await ofBytes(augmentation)];
    expect(folder.slice(-4)).toEqual(bytes.slice(-4)); // both moved the stream alike
    expect(bytes).not.toEqual(await ofBytes(none));
  });
});
