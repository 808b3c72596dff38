import type { DatasetInfo } from '../../../../shared/dataset.ts';
import type { AugmentationConfig } from '../../../../shared/runConfig.ts';
import type { Ops } from '../../engine/ops.ts';
import { drawDistortion, type Distortion } from '../augmentation.ts';
import type { DeviceExamples } from '../batches.ts';
import { normalisation } from '../normalisation.ts';
import { randomStream, type RandomStream } from '../rng.ts';
import { centreCrop, randomRegion, withMargin } from '../crops.ts';
import type { DecodeJob, Framing } from './decodeJob.ts';
import type { Decoding, DecodingPool } from './decodingPool.ts';
import type { ImageExamples, ImageFile } from './manifest.ts';

/** Batches that are decoded or on their way before they are asked for. */
const ahead = 3;

/** A batch that was started: what is being decoded, and where the stream of chances stands after it. */
interface Started {
  readonly indices: Int32Array;
  readonly decoding: Decoding;
  readonly distortions: readonly Distortion[];
  readonly stateAfter: readonly number[];
}

/** How images are framed: as the configuration says in training, without chance in evaluation. */
interface Framed {
  readonly augmentation: AugmentationConfig;
  readonly isTraining: boolean;
}

const framed = (framing: Framing, file: ImageFile, place: number, distortion: Distortion | null) => ({
  ...{ image: { place, file, framing } satisfies DecodeJob['images'][number], distortion },
});

/**
 * Examples that are image files, brought to squares of `side` pixels by other threads while the device computes. Chances are drawn here and
 * in the order of the batches, so that no thread's timing moves a result; the caller's stream moves only when a batch is taken, so that it
 * always says where the run stands.
 * Evaluation sees the centre of each image; so does training, distorted, unless it takes random resized crops.
 */
export const fileExamples = (
  ops: Ops,
  info: DatasetInfo,
  examples: ImageExamples,
  { augmentation, isTraining }: Framed,
  side: number,
  pool: DecodingPool,
): DeviceExamples => {
  const { count, files, labels } = examples;
  const shape = normalisation(ops, info, labels, [side, side]);
  const drawn = randomStream(0, 'augmentation');
  let waiting: readonly Int32Array[] = [];
  let nextWaiting = 0;
  let started: Started[] = [];
  /** Where the stream stood when the waiting batches were announced; null once one of them was taken. */
  let announcedAt: readonly number[] | null = null;

  const isAnnounced = (batches: readonly Int32Array[], state: readonly number[]): boolean =>
    announcedAt?.join() === state.join() &&
    batches.length === waiting.length &&
    batches.every((batch, index) => isSame(batch, waiting[index]));
  const frame = (file: ImageFile, place: number) => {
    const { cropMinScale, cropMaxScale, cropPadding } = augmentation;
    const centre = centreCrop(file, side, cropMinScale === null ? 1 : withMargin);
    if (!isTraining) return framed({ kind: 'centre', centre, shift: null }, file, place, null);
    if (cropMinScale !== null) {
      const region = randomRegion(file, [cropMinScale, cropMaxScale], drawn);
      const distortion = drawDistortion({ ...augmentation, cropPadding: 0 }, side, side, drawn);
      return framed({ kind: 'region', region, isFlipped: distortion.isFlipped }, file, place, distortion);
    }
    const distortion = drawDistortion(augmentation, side, side, drawn);
    const { top, left, isFlipped } = distortion;
    const shift = { top: top - cropPadding, left: left - cropPadding, isFlipped };
    return framed({ kind: 'centre', centre, shift }, file, place, distortion);
  };
  const start = (indices: Int32Array): Started => {
    const images = Array.from(indices, (index, place) => {
      const file = files[index];
      if (file === undefined) throw new Error(`There is no example ${index}.`);
      return frame(file, place);
    });
    return {
      indices,
      decoding: pool.decode(
        images.map(({ image }) => image),
        side,
      ),
      distortions: images.flatMap(({ distortion }) => distortion ?? []),
      stateAfter: drawn.state(),
    };
  };
  const startSome = (): void => {
    while (started.length < ahead) {
      const indices = waiting[nextWaiting++];
      if (indices === undefined) return;
      started.push(start(indices));
    }
  };

  return {
    count,
    prepare(batches, random) {
      const state = random.state();
      if (isAnnounced(batches, state)) return; // they are on their way
      announcedAt = state;
      drawn.restore(state);
      waiting = batches;
      nextWaiting = 0;
      started = [];
      startSome();
    },
    whenReady() {
      const next = started[0]?.decoding;
      return next === undefined || next.isDone() ? null : next.done;
    },
    batch(indices, random: RandomStream) {
      const next = started.shift();
      if (!next?.decoding.isDone() || !isSame(next.indices, indices)) {
        throw new Error('A batch was taken that is not the next one prepared, or before it was ready.');
      }
      announcedAt = null;
      random.restore(next.stateAfter);
      startSome();
      const chosen = ops.upload(indices, [indices.length]);
      const bytes = ops.upload(next.decoding.pixels, [indices.length, side, side, info.channels]);
      const batch = { images: shape.finish(bytes, next.distortions), labels: shape.labelsOf(chosen) };
      ops.dispose(chosen);
      return batch;
    },
    dispose() {
      started = [];
      waiting = [];
      shape.dispose();
    },
  };
};

const isSame = (one: Int32Array, other: Int32Array | undefined): boolean =>
  one.length === other?.length && one.every((index, place) => index === other[place]);
