import { createHash } from 'node:crypto';
import type { DecodedSet } from './decodedSet.ts';
import { pause } from './pause.ts';

const pieceBytes = 1 << 22;

/** Pieces of at most 4 MiB, letting other work of this process run in between. */
async function* piecesOf(bytes: Uint8Array, signal: AbortSignal, multipleOf = 1): AsyncGenerator<Uint8Array> {
  const length = Math.max(multipleOf, pieceBytes - (pieceBytes % multipleOf));
  for (let start = 0; start < bytes.length; start += length) {
    await pause(signal);
    yield bytes.subarray(start, start + length);
  }
}

/** SHA-256 of train images, train labels, test images, test labels, one after another. */
export const sha256Of = async ({ train, test }: DecodedSet, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  for (const bytes of [train.images, train.labels, test.images, test.labels]) {
    for await (const piece of piecesOf(bytes, signal)) hash.update(piece);
  }
  return hash.digest('hex');
};

/**
 * Mean and standard deviation per channel over all pixels, scaled to 0–1. The sums are of integers below 2⁵³, so they are exact.
 * A channel that never changes gets deviation 1: normalised, it is 0 everywhere.
 * @param images - uint8 [N, height, width, channels].
 */
export const channelStatistics = async (
  images: Uint8Array,
  channels: number,
  signal: AbortSignal,
): Promise<{ mean: number[]; sd: number[] }> => {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for await (const piece of piecesOf(images, signal, channels)) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      let square = 0;
      for (let at = channel; at < piece.length; at += channels) {
        const value = piece[at] ?? 0;
        sum += value;
        square += value * value;
      }
      sums[channel] = (sums[channel] ?? 0) + sum;
      squares[channel] = (squares[channel] ?? 0) + square;
    }
  }
  const pixels = images.length / channels;
  const deviation = (square: number, channel: number): number => {
    // n·Σx² − (Σx)², exactly: in floating point, a channel that hardly changes would drown in rounding.
    const spread = BigInt(pixels) * BigInt(square) - BigInt(sums[channel] ?? 0) ** 2n;
    return spread === 0n ? 1 : Math.sqrt(Number(spread)) / pixels / 255;
  };
  return { mean: [...sums].map((sum) => sum / pixels / 255), sd: [...squares].map(deviation) };
};

/** Examples per class. */
export const countClasses = (labels: Uint8Array, classCount: number): number[] => {
  const counts = new Array<number>(classCount).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};
