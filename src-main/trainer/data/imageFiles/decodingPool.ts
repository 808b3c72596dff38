import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { canBeNative, imageOpener } from '../../../images/openImage.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { DecodeJob, DecodeReport, DecoderStart } from './decodeJob.ts';

/** A batch on its way. */
export interface Decoding {
  /** uint8 [B, side, side, 3], whole once `isDone`. */
  readonly pixels: Uint8Array;
  readonly isDone: () => boolean;
  /** @throws LabError DATASET_CORRUPT naming an image that is gone, changed or damaged. */
  readonly done: Promise<void>;
}

/** Threads that decode images while the device computes; they start with the first batch. */
export interface DecodingPool {
  decode(images: DecodeJob['images'], side: number): Decoding;
  close(): void;
}

interface Waiting {
  parts: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * @param root - folder that the images' paths start from.
 * @param threads - by default one a core, less the one that trains.
 * @param isNative - whether sharp's native build can be used.
 */
export const decodingPool = (
  root: string,
  threads = Math.max(1, availableParallelism() - 1),
  isNative = canBeNative(),
): DecodingPool => {
  const waiting = new Map<number, Waiting>();
  let workers: Worker[] | null = null;
  let isClosed = false;
  let lastId = 0;

  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const receive = ({ id, problem }: DecodeReport): void => {
    const batch = waiting.get(id);
    if (batch === undefined) return; // another part of it has failed
    batch.parts--;
    if (problem !== null) batch.reject(new LabError('DATASET_CORRUPT', problem));
    else if (batch.parts === 0) batch.resolve();
    else return;
    waiting.delete(id);
  };
  const start = (): Worker => {
    const file = import.meta.url.endsWith('.ts') ? './decodeWorker.ts' : './decodeWorker.cjs';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: { root, isNative } satisfies DecoderStart,
    });
    worker.unref();
    worker.on('message', receive);
    worker.on('error', failAll);
    worker.on('exit', () => {
      if (!isClosed) failAll(new Error('A thread that decodes images has ended.'));
    });
    return worker;
  };

  return {
    decode(images, side) {
      if (isClosed) throw new Error('The pool is closed.');
      if (workers === null && isNative) imageOpener(isNative); // once for all threads
      workers ??= Array.from({ length: threads }, start);
      const id = ++lastId;
      const pixels = new SharedArrayBuffer(images.length * side * side * 3);
      let isDone = false;
      // Dealt out in turn: what one thread is late with in one batch evens out over those that wait.
      const shares = workers
        .map((worker, first) => ({ worker, images: images.filter((_, at) => at % threads === first) }))
        .filter((share) => share.images.length > 0);
      const done = new Promise<void>((resolve, reject) => {
        waiting.set(id, { parts: shares.length, resolve, reject });
      }).then(() => {
        isDone = true;
      });
      done.catch(() => undefined); // whoever waits for this batch hears of it; it may be that nobody does any more
      for (const share of shares)
        share.worker.postMessage({ id, side, pixels, images: share.images } satisfies DecodeJob);
      return { pixels: new Uint8Array(pixels), isDone: () => isDone, done };
    },
    close() {
      isClosed = true;
      failAll(new Error('The pool was closed.'));
      workers?.forEach((worker) => void worker.terminate());
    },
  };
};
