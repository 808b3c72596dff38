import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import { drawDistortion, type Distortion } from './augmentation.ts';
import { randomRegion } from './crops.ts';
import type { Examples } from './datasetFiles.ts';
import { normalisation, using } from './normalisation.ts';
import { resampled, shifted } from './resample.ts';
import type { RandomStream } from './rng.ts';

/** Examples of which batches come to be on the device. */
export interface DeviceExamples {
  readonly count: number;
  /**
   * Says which batches will be taken next, in this order, so that what takes time can begin; earlier announcements are void. The same
   * one again, from the same state of the stream, changes nothing.
   */
  prepare(batches: readonly Int32Array[], random: RandomStream): void;
  /**
   * Null where the next prepared batch can be taken at once; else settles when it can, or cannot.
   * @throws LabError DATASET_CORRUPT naming an image that cannot be had.
   */
  whenReady(): Promise<void> | null;
  /**
   * One batch: images float32 [B,H,W,C], normalised, and labels int64 [B]; both the caller's.
   * @param indices - of the examples. @param random - where distortions come from.
   */
  batch(indices: Int32Array, random: RandomStream): { readonly images: Tensor; readonly labels: Tensor };
  dispose(): void;
}

/** Zeros around every image: [N,H,W,C] → [N,H+2p,W+2p,C]. */
const withMargin = (images: Uint8Array, info: DatasetInfo, count: number, margin: number): Uint8Array => {
  if (margin === 0) return images;
  const { height, width, channels } = info;
  const rowBytes = width * channels;
  const wideRow = (width + 2 * margin) * channels;
  const wide = new Uint8Array(count * (height + 2 * margin) * wideRow);
  for (let row = 0; row < count * height; row++) {
    const image = Math.floor(row / height);
    const target = (image * (height + 2 * margin) + margin + (row % height)) * wideRow + margin * channels;
    wide.set(images.subarray(row * rowBytes, (row + 1) * rowBytes), target);
  }
  return wide;
};

/**
 * Examples that lie on the device as uint8, uploaded once; nothing but indices crosses from the host in a step.
 * @param augmentation - null for evaluation. Padding pixels are black before normalisation, as in the paper's code.
 */
export const deviceExamples = (
  ops: Ops,
  info: DatasetInfo,
  examples: Examples,
  augmentation: AugmentationConfig | null,
): DeviceExamples => {
  const { height, width, channels } = info;
  const { count } = examples;
  const margin = augmentation?.cropPadding ?? 0;
  const movesPixels = augmentation !== null && (margin > 0 || augmentation.flip);
  const wideHeight = height + 2 * margin;
  const wideWidth = width + 2 * margin;
  const pixels = ops.upload(
    withMargin(examples.images, info, count, margin),
    movesPixels ? [count * wideHeight * wideWidth, channels] : [count, height, width, channels],
  );
  const shape = normalisation(ops, info, examples.labels, [height, width]);

  /** Crops and mirrors in one gather of pixels: index = (image·H' + row)·W' + column = row part + column part. */
  const gatherPixels = (indices: Int32Array, distortions: readonly Distortion[]): Tensor => {
    const batch = indices.length;
    const rows = new Int32Array(batch * height);
    const columns = new Int32Array(batch * width);
    distortions.forEach(({ top, left, isFlipped }, position) => {
      const first = ((indices[position] ?? 0) * wideHeight + top) * wideWidth;
      for (let row = 0; row < height; row++) rows[position * height + row] = first + row * wideWidth;
      for (let column = 0; column < width; column++) {
        columns[position * width + column] = left + (isFlipped ? width - 1 - column : column);
      }
    });
    const rowPart = ops.upload(rows, [batch, height, 1]);
    const columnPart = ops.upload(columns, [batch, 1, width]);
    const where = ops.add(rowPart, columnPart);
    ops.dispose(rowPart);
    ops.dispose(columnPart);
    return using(ops, where, (pixelIndices) => ops.gather(pixels, pixelIndices));
  };

  return {
    count,
    prepare: () => undefined,
    whenReady: () => null,
    batch(indices, random) {
      const distortions =
        augmentation === null ? [] : Array.from(indices, () => drawDistortion(augmentation, height, width, random));
      const chosen = ops.upload(indices, [indices.length]);
      const raw = movesPixels ? gatherPixels(indices, distortions) : ops.gather(pixels, chosen);
      const result = { images: shape.finish(raw, distortions), labels: shape.labelsOf(chosen) };
      ops.dispose(chosen);
      return result;
    },
    dispose() {
      ops.dispose(pixels);
      shape.dispose();
    },
  };
};

/**
 * Examples whose random resized crops are made on the host, of bytes that stay there: only a batch's pixels cross to the device.
 * @throws Error where the augmentation has no such crops.
 */
export const resizedExamples = (
  ops: Ops,
  info: DatasetInfo,
  { count, images, labels }: Examples,
  augmentation: AugmentationConfig,
): DeviceExamples => {
  const { height, width, channels } = info;
  const { cropMinScale, cropMaxScale } = augmentation;
  if (cropMinScale === null) throw new Error('There are no resized crops to make.');
  const imageBytes = height * width * channels;
  const shape = normalisation(ops, info, labels, [height, width]);
  return {
    count,
    prepare: () => undefined,
    whenReady: () => null,
    batch(indices, random) {
      const pixels = new Uint8Array(indices.length * imageBytes);
      const distortions = Array.from(indices, (index, place) => {
        const region = randomRegion(info, [cropMinScale, cropMaxScale], random);
        const distortion = drawDistortion({ ...augmentation, cropPadding: 0 }, height, width, random);
        const image = images.subarray(index * imageBytes, (index + 1) * imageBytes);
        const crop = resampled(image, width, channels, region, info);
        const { isFlipped } = distortion;
        pixels.set(isFlipped ? shifted(crop, info, { top: 0, left: 0, isFlipped }) : crop, place * imageBytes);
        return distortion;
      });
      const chosen = ops.upload(indices, [indices.length]);
      const bytes = ops.upload(pixels, [indices.length, height, width, channels]);
      const result = { images: shape.finish(bytes, distortions), labels: shape.labelsOf(chosen) };
      ops.dispose(chosen);
      return result;
    },
    dispose: () => shape.dispose(),
  };
};

/** The index ranges of an epoch's batches over a given order of examples. */
export const batchesOf = (order: Int32Array, batchSize: number, dropLast: boolean): Int32Array[] => {
  const batches: Int32Array[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.slice(start, start + batchSize);
    if (batch.length === batchSize || !dropLast) batches.push(batch);
  }
  return batches;
};

/** How many batches there are. */
export const batchCountOf = (examples: number, batchSize: number, dropLast: boolean): number =>
  dropLast ? Math.floor(examples / batchSize) : Math.ceil(examples / batchSize);
