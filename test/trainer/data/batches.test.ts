import { beforeAll, describe, expect, test } from 'vitest';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import { drawDistortion, type Distortion } from '../../../src-main/trainer/data/augmentation.ts';
import { batchesOf, deviceExamples } from '../../../src-main/trainer/data/batches.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import type { Ops } from '../../../src-main/trainer/engine/ops.ts';
import { uniform } from '../engine/random.ts';
import { engines } from '../engines.ts';

const height = 6;
const width = 5;
const channels = 3;
const count = 40;
const info: DatasetInfo = {
  ...{ id: 'tiny', name: 'Tiny', source: 'made by the test', storage: 'raw', height, width, channels },
  ...{ classNames: ['a', 'b', 'c'], trainCount: count, testCount: 1, sha256: '', sizeBytes: 0 },
  ...{ mean: [0.1, 0.5, 0.7], sd: [0.2, 0.3, 0.4], classCounts: [], importedAt: '' },
};
const next = uniform(1);
const images = Uint8Array.from({ length: count * height * width * channels }, () => Math.floor(next() * 256));
const labels = Uint8Array.from({ length: count }, () => Math.floor(next() * 3));
const off: AugmentationConfig = {
  cropPadding: 0,
  cropMinScale: null,
  cropMaxScale: 1,
  flip: false,
  cutoutSize: 0,
  cutoutProbability: 0,
  resolution: null,
};

const isInside = (at: number, [from, to]: readonly [number, number]): boolean => at >= from && at < to;

/** One pixel of one distorted image, as its definition says: pad with black, crop, mirror, normalise, cut out. */
const pixelOf = (image: number, row: number, column: number, channel: number, how: Distortion, padding: number) => {
  if (how.hole !== null && isInside(row, how.hole.rows) && isInside(column, how.hole.columns)) return 0;
  const sourceRow = row + how.top - padding;
  const sourceColumn = (how.isFlipped ? width - 1 - column : column) + how.left - padding;
  const isPadding = !isInside(sourceRow, [0, height]) || !isInside(sourceColumn, [0, width]);
  const byte = isPadding ? 0 : images[((image * height + sourceRow) * width + sourceColumn) * channels + channel];
  return ((byte ?? NaN) / 255 - (info.mean[channel] ?? NaN)) / (info.sd[channel] ?? NaN);
};

describe.each(engines)('batches on $name', ({ open }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
    return () => {
      ops.close();
    };
  });

  test.each<{ title: string; augmentation: AugmentationConfig | null }>([
    { title: 'nothing (evaluation)', augmentation: null },
    { title: 'nothing (training)', augmentation: off },
    { title: 'crop', augmentation: { ...off, cropPadding: 2 } },
    { title: 'flip', augmentation: { ...off, flip: true } },
    { title: 'cutout', augmentation: { ...off, cutoutSize: 3, cutoutProbability: 1 } },
    { title: 'cutout larger than the image', augmentation: { ...off, cutoutSize: 64, cutoutProbability: 0.5 } },
    {
      title: 'all',
      augmentation: {
        ...off,
        cropPadding: 4,
        cropMinScale: null,
        cropMaxScale: 1,
        flip: true,
        cutoutSize: 4,
        cutoutProbability: 0.5,
      },
    },
  ])('$title: every pixel is what its definition says', ({ augmentation }) => {
    const { handles } = ops.counters;
    const data = deviceExamples(ops, info, { count, images, labels }, augmentation);
    const stream = randomStream(1, 'augmentation');
    const sameStream = randomStream(1, 'augmentation');
    for (const indices of [Int32Array.of(7, 0, 39, 7, 12), Int32Array.of(3)]) {
      const batch = data.batch(indices, stream);
      expect(batch.images.shape).toEqual([indices.length, height, width, channels]);
      expect(batch.labels.dataType).toBe('int64');
      const narrow = ops.cast(batch.labels, 'int32');
      expect([...ops.download(narrow)]).toEqual([...indices].map((index) => labels[index]));

      const expected = [...indices].flatMap((image) => {
        const still: Distortion = { top: 0, left: 0, isFlipped: false, hole: null };
        const how = augmentation === null ? still : drawDistortion(augmentation, height, width, sameStream);
        return Array.from({ length: height * width * channels }, (_, at) => {
          const [row, rest] = [Math.floor(at / (width * channels)), at % (width * channels)];
          return pixelOf(image, row, Math.floor(rest / channels), rest % channels, how, augmentation?.cropPadding ?? 0);
        });
      });
      const found = ops.download(batch.images);
      const worst = Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? NaN))));
      expect(worst).toBeLessThan(2e-6); // factor and shift are float32 on every engine; values reach 4.5
      [batch.images, batch.labels, narrow].forEach(ops.dispose);
    }
    expect(stream.state()).toEqual(sameStream.state());
    data.dispose();
    expect(ops.counters.handles).toBe(handles);
  });
});

test('distortions are spread evenly over what the settings allow', () => {
  const stream = randomStream(2, 'augmentation');
  const config = {
    ...off,
    cropPadding: 2,
    cropMinScale: null,
    cropMaxScale: 1,
    flip: true,
    cutoutSize: 3,
    cutoutProbability: 0.25,
  };
  const draws = Array.from({ length: 5000 }, () => drawDistortion(config, height, width, stream));
  /** Five standard deviations of the binomial. */
  const expectShare = (isHit: (how: Distortion) => boolean, share: number): void => {
    const hits = draws.filter(isHit).length;
    expect(Math.abs(hits - 5000 * share)).toBeLessThan(5 * Math.sqrt(5000 * share * (1 - share)));
  };
  for (const shift of [0, 1, 2, 3, 4]) {
    expectShare(({ top }) => top === shift, 1 / 5);
    expectShare(({ left }) => left === shift, 1 / 5);
  }
  expectShare(({ isFlipped }) => isFlipped, 1 / 2);
  expectShare(({ hole }) => hole !== null, 1 / 4);
  // A square of three around a random one of six rows: clipped to two where its centre is at either border.
  expectShare(({ hole }) => hole !== null && hole.rows[0] === 0 && hole.rows[1] === 2, 1 / 4 / 6);
  expectShare(({ hole }) => hole !== null && hole.rows[0] === 4 && hole.rows[1] === 6, 1 / 4 / 6);
  expectShare(({ hole }) => hole !== null && hole.columns[1] - hole.columns[0] === 3, (1 / 4) * (3 / 5));
});

test('batches go through the order once; the last, smaller one may be left out', () => {
  const order = Int32Array.of(4, 2, 0, 6, 1, 5, 3);
  const lists = (size: number, dropLast: boolean): number[][] => batchesOf(order, size, dropLast).map((b) => [...b]);
  expect(lists(3, false)).toEqual([[4, 2, 0], [6, 1, 5], [3]]);
  expect(lists(3, true)).toEqual([
    [4, 2, 0],
    [6, 1, 5],
  ]);
  expect(lists(7, true)).toEqual([[...order]]);
  expect(lists(8, true)).toEqual([]);
  expect(lists(8, false)).toEqual([[...order]]);
});
