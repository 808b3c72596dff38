import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import type { Distortion } from './augmentation.ts';

/** What all batches go through on the device, whatever their bytes come from. */
export interface Normalisation {
  /** uint8 [B,H,W,C], which it disposes of → float32, (x/255 − mean)/sd, with each image's hole at 0. */
  finish(bytes: Tensor, distortions: readonly Pick<Distortion, 'hole'>[]): Tensor;
  /** Labels int64 [B] of the examples at int32 [B]. */
  labelsOf(indices: Tensor): Tensor;
  dispose(): void;
}

/** @param labels - of all examples. @param size - of the images [height, width]. */
export const normalisation = (
  ops: Ops,
  info: Pick<DatasetInfo, 'channels' | 'mean' | 'sd'>,
  labels: Uint8Array | Uint16Array,
  [height, width]: readonly [height: number, width: number],
): Normalisation => {
  const narrowLabels = ops.upload(Int32Array.from(labels), [labels.length]);
  const allLabels = ops.cast(narrowLabels, 'int64');
  ops.dispose(narrowLabels);
  // (x/255 − mean)/sd = x·factor + shift
  const factor = ops.upload(
    Float32Array.from(info.sd, (sd) => 1 / (255 * sd)),
    [info.channels],
  );
  const shift = ops.upload(
    Float32Array.from(info.sd, (sd, channel) => -(info.mean[channel] ?? 0) / sd),
    [info.channels],
  );
  const one = ops.upload(Uint8Array.of(1), []);

  /** Zeroes each image's hole: what stays is 1 − (row in the hole)·(column in the hole). */
  const cutOut = (images: Tensor, distortions: readonly Pick<Distortion, 'hole'>[]): Tensor => {
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
      ops,
      using(ops, holes, (hole) => ops.subtract(one, hole)),
      (mask) => ops.cast(mask, 'float32'),
    );
    return using(ops, stays, (mask) => ops.multiply(images, mask));
  };

  return {
    finish(bytes, distortions) {
      const floats = using(ops, bytes, (narrow) => ops.cast(narrow, 'float32'));
      const scaled = using(ops, floats, (pixels) => ops.multiply(pixels, factor));
      const normalised = using(ops, scaled, (pixels) => ops.add(pixels, shift));
      const hasHoles = distortions.some(({ hole }) => hole !== null);
      return hasHoles ? using(ops, normalised, (images) => cutOut(images, distortions)) : normalised;
    },
    labelsOf: (indices) => ops.gather(allLabels, indices),
    dispose() {
      [allLabels, factor, shift, one].forEach(ops.dispose);
    },
  };
};

/** Uses a tensor for the last time. */
export const using = (ops: Ops, temporary: Tensor, use: (tensor: Tensor) => Tensor): Tensor => {
  const result = use(temporary);
  ops.dispose(temporary);
  return result;
};
