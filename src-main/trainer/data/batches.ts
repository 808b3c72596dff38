import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import { drawDistortion, type Distortion } from './augmentation.ts';
import type { Examples } from './datasetFiles.ts';
import type { RandomStream } from './rng.ts';

/** Examples on the device, from which batches are gathered; nothing but indices crosses from the host in a step. */
export interface DeviceExamples {
  readonly count: number;
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
 * Uploads examples as uint8, once.
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
  const narrowLabels = ops.upload(Int32Array.from(examples.labels), [count]);
  const labels = ops.cast(narrowLabels, 'int64');
  ops.dispose(narrowLabels);
  // (x/255 − mean)/sd = x·factor + shift
  const factor = ops.upload(
    Float32Array.from(info.sd, (sd) => 1 / (255 * sd)),
    [channels],
  );
  const shift = ops.upload(
    Float32Array.from(info.sd, (sd, channel) => -(info.mean[channel] ?? 0) / sd),
    [channels],
  );
  const one = ops.upload(Uint8Array.of(1), []);

  const using = (temporary: Tensor, use: (tensor: Tensor) => Tensor): Tensor => {
    const result = use(temporary);
    ops.dispose(temporary);
    return result;
  };

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
    return using(where, (pixelIndices) => ops.gather(pixels, pixelIndices));
  };

  /** Zeroes each image's hole: what stays is 1 − (row in the hole)·(column in the hole). */
  const cutOut = (images: Tensor, distortions: readonly Distortion[]): Tensor => {
    const batch = distortions.length;
    const rows = new Uint8Array(batch * height);
    const columns = new Uint8Array(batch * width);
    distortions.forEach(({ hole }, position) => {
      if (hole === null) return;
      rows.fill(1, position * height + hole.rows[0], position * height + hole.rows[1]);
      columns.fill(1, position * width + hole.columns[0], position * width + hole.columns[1]);
    });
    const rowPart = ops.upload(rows, [batch, height, 1, 1]);
    const columnPart = ops.upload(columns, [batch, 1, width, 1]);
    const holes = ops.multiply(rowPart, columnPart);
    ops.dispose(rowPart);
    ops.dispose(columnPart);
    const stays = using(
      using(holes, (hole) => ops.subtract(one, hole)),
      (mask) => ops.cast(mask, 'float32'),
    );
    return using(stays, (mask) => ops.multiply(images, mask));
  };

  return {
    count,
    batch(indices, random) {
      const distortions =
        augmentation === null ? [] : Array.from(indices, () => drawDistortion(augmentation, height, width, random));
      const chosen = ops.upload(indices, [indices.length]);
      const raw = movesPixels ? gatherPixels(indices, distortions) : ops.gather(pixels, chosen);
      const scaled = using(
        using(raw, (bytes) => ops.cast(bytes, 'float32')),
        (floats) => ops.multiply(floats, factor),
      );
      const normalised = using(scaled, (images) => ops.add(images, shift));
      const hasHoles = distortions.some(({ hole }) => hole !== null);
      const result = {
        images: hasHoles ? using(normalised, (images) => cutOut(images, distortions)) : normalised,
        labels: ops.gather(labels, chosen),
      };
      ops.dispose(chosen);
      return result;
    },
    dispose() {
      [pixels, labels, factor, shift, one].forEach(ops.dispose);
    },
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
