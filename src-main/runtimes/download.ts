import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReadableStream } from 'node:stream/web';
import { LabError } from '../../shared/errors.ts';
import { remove } from '../files/remove.ts';
import { byteReporter, type Report } from './progress.ts';
import { ensureSpace, type MeasureSpace } from './space.ts';

export interface RemoteFile {
  /** For a person: "tensorflow-cpu 2.21.0". */
  readonly title: string;
  readonly url: string;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly measureSpace: MeasureSpace;
}

const stallMs = 60_000;
const attempts = 5;

/** The server answered, but not with the file; trying again would not help. */
class RefusedDownload extends Error {}

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
};

/** SHA-256 of a file in hexadecimal. */
const sha256 = async (path: string, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<string> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes(bytes);
  }
  return hash.digest('hex');
};

/** Fetches the rest of the file behind what `part` holds already; throws what `fetch` throws when the connection breaks. */
const fetchRest = async (file: RemoteFile, part: string, options: DownloadOptions): Promise<void> => {
  const stalled = new AbortController();
  const stall = (): void => stalled.abort(new Error(`no data for ${stallMs / 1000} seconds`));
  let timer = setTimeout(stall, stallMs);
  try {
    const present = await sizeOf(part);
    const response = await fetch(file.url, {
      headers: { 'accept-encoding': 'identity', ...(present > 0 && { range: `bytes=${present}-` }) },
      signal: AbortSignal.any([options.signal, stalled.signal]),
    });
    if (response.status === 416) return; // Nothing is left to fetch: the checksum decides what it is worth.
    if (!response.ok || response.body === null) throw new RefusedDownload(`the server answered ${response.status}`);
    let bytes = response.status === 206 ? present : 0;
    const rest = Number(response.headers.get('content-length') ?? 0);
    const total = rest > 0 ? bytes + rest : null;
    await ensureSpace(options.folder, rest, options.measureSpace);
    const progress = byteReporter(options.report, 'download', `Downloading ${file.title}`, total);
    const output = await open(part, bytes > 0 ? 'a' : 'w');
    try {
      for await (const chunk of response.body as ReadableStream<Uint8Array>) {
        await output.write(chunk);
        bytes += chunk.length;
        progress(bytes);
        clearTimeout(timer);
        timer = setTimeout(stall, stallMs);
      }
      if (total !== null && bytes < total) throw new Error(`the connection ended after ${bytes} of ${total} bytes`);
    } finally {
      await output.close();
    }
  } finally {
    clearTimeout(timer);
  }
};

const isFinal = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted ||
  error instanceof LabError ||
  error instanceof RefusedDownload ||
  (error instanceof Error && 'code' in error && error.code === 'ENOSPC');

/** Goes on after broken connections as long as each attempt brings at least one byte, else gives up after five. */
const fetchPatiently = async (file: RemoteFile, part: string, options: DownloadOptions): Promise<void> => {
  let before = await sizeOf(part);
  for (let failures = 0; ;) {
    try {
      await fetchRest(file, part, options);
      return;
    } catch (error) {
      const after = await sizeOf(part);
      failures = after > before ? 0 : failures + 1;
      before = after;
      if (isFinal(error, options.signal) || failures >= attempts) throw error;
    }
  }
};

/**
 * Checks a file against the index's SHA-256.
 * @throws LabError INSTALL_CHECKSUM
 */
export const verifyFile = async (
  path: string,
  title: string,
  expected: string,
  options: DownloadOptions,
): Promise<void> => {
  const progress = byteReporter(options.report, 'verify', `Checking ${title}`, await sizeOf(path));
  const found = await sha256(path, options.signal, progress);
  if (found === expected) return;
  throw new LabError(
    'INSTALL_CHECKSUM',
    `The download of ${title} has the SHA-256 ${found}, but the package index says ${expected}. ` +
      'It was not used. Try again; if it happens twice, a proxy or mirror between here and the index alters files.',
  );
};

/**
 * Downloads a file and checks its SHA-256. An interrupted download goes on where it stopped, also in a later call or process:
 * the part is named by the checksum.
 * @returns path of the complete file in `folder`.
 * @throws LabError INSTALL_CHECKSUM, INSTALL_NO_SPACE; what `fetch` throws when the server cannot be reached.
 */
export const download = async (file: RemoteFile, options: DownloadOptions): Promise<string> => {
  const part = `${options.folder}/${file.sha256}.part`;
  const whole = `${options.folder}/${file.sha256}.whl`;
  if ((await sizeOf(whole)) > 0) {
    try {
      await verifyFile(whole, file.title, file.sha256, options);
      return whole;
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      remove('download', options.folder, basename(whole)); // damaged since it was downloaded
    }
  }
  const resumed = (await sizeOf(part)) > 0;
  // What an earlier attempt left may have been damaged: one fresh download decides.
  for (const isLast of resumed ? [false, true] : [true]) {
    await fetchPatiently(file, part, options);
    try {
      await verifyFile(part, file.title, file.sha256, options);
      break;
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      remove('download', options.folder, basename(part));
      if (isLast) throw error;
    }
  }
  await rename(part, whole);
  return whole;
};
