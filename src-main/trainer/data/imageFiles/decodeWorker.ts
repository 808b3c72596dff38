import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { pathOfText, shownName } from '../../../files/byteNames.ts';
import { openColours } from '../../../images/colours.ts';
import { imageOpener } from '../../../images/openImage.ts';
import type { DecodeJob, DecodeReport, DecoderStart, Framing } from './decodeJob.ts';
import { shifted } from '../resample.ts';
import type { ImageFile } from './manifest.ts';

/** A thread that reads and decodes images until it is ended. */
const { root, isNative } = workerData as DecoderStart;
// The thread that started this one has shut the native build's loaders; those of WebAssembly are each thread's own.
const openImage = imageOpener(isNative, isNative);

/** Why an image cannot be trained on, what to do. */
class ImageProblem extends Error {}

/** Where an image lies, for a person. */
const shownPath = (path: string): string => shownName(join(root, path));

/** The file's bytes, if they are those that were imported: content decides, size and time only spare looking at it. */
const bytesOf = async ({ path, sizeBytes, mtimeMs, digest }: ImageFile): Promise<Buffer> => {
  const again = 'Import the folder again, or bring the image back.';
  const gone = (error: unknown): never => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const what = code === 'ENOENT' ? 'is gone' : `cannot be read (${code})`;
    throw new ImageProblem(`${shownPath(path)} ${what}; it was there when its folder was imported. ${again}`);
  };
  const file = await open(pathOfText(join(root, path)), 'r').catch(gone);
  try {
    const found = await file.stat();
    if (found.size === sizeBytes && Math.round(found.mtimeMs) === mtimeMs) return await file.readFile();
    const bytes = found.size === sizeBytes && digest !== null ? await file.readFile() : null;
    if (bytes === null || createHash('sha256').update(bytes).digest().toString('base64url', 0, 16) !== digest) {
      const size = found.size === sizeBytes ? '' : `, and has ${found.size} bytes instead of ${sizeBytes}`;
      throw new ImageProblem(`${shownPath(path)} was changed after its folder was imported${size}. ${again}`);
    }
    return bytes;
  } finally {
    await file.close();
  }
};

/** Pixels uint8 [side, side, 3]: the image's colours, not turned by EXIF. */
const decode = async (bytes: Buffer, { values }: ImageFile, framing: Framing, side: number): Promise<Uint8Array> => {
  const image = await openColours(bytes, openImage, values);
  const how = { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false } as const;
  if (framing.kind === 'region') image.extract(framing.region).resize(side, side, how).flop(framing.isFlipped);
  else {
    const { left, top, width, height } = framing.centre;
    image.resize(width, height, how).extract({ left, top, width: side, height: side });
  }
  const pixels = await image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
  if (framing.kind === 'region' || framing.shift === null) return pixels;
  return shifted(pixels, { width: side, height: side, channels: 3 }, framing.shift);
};

const fill = async ({ side, pixels, images }: DecodeJob): Promise<void> => {
  const imageBytes = side * side * 3;
  for (const { place, file, framing } of images) {
    const bytes = await bytesOf(file);
    const square = await decode(bytes, file, framing, side).catch((error: unknown) => {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new ImageProblem(
        `${shownPath(file.path)} cannot be decoded (${why}). Repair or remove it, then import its folder again.`,
      );
    });
    if (square.length !== imageBytes) throw new Error(`${file.path} was decoded to ${square.length} bytes.`);
    new Uint8Array(pixels, place * imageBytes, imageBytes).set(square);
  }
};

const report = (message: DecodeReport): void => parentPort?.postMessage(message);
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (job: DecodeJob) => {
  last = last
    .then(() => fill(job))
    .then(
      () => report({ id: job.id, problem: null }),
      (error: unknown) => {
        if (!(error instanceof ImageProblem)) throw error; // a bug: it ends the thread, which the run hears of
        report({ id: job.id, problem: error.message });
      },
    );
});
