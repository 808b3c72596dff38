import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise } from 'yauzl';
import { LabError } from '../../../shared/errors.ts';
import { byteReporter, type Report } from '../progress.ts';
import { ensureSpace, type MeasureSpace } from '../space.ts';

const wanted = [
  /^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/,
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|xla\/tsl\/c|tsl\/platform)\//,
  /^nvidia\/[^/]+\/(lib|bin|nvvm)\//,
  /^[^/]+\.dist-info\/(licenses\/.*|LICENSE.*)$/,
];
const maximumBytes = 20e9;

const isLink = (entry: Entry): boolean => ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;

const select = async (wheel: string): Promise<Entry[]> => {
  const archive = await openPromise(wheel, { strictFileNames: true });
  const entries: Entry[] = [];
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName.endsWith('/') || !wanted.some((pattern) => pattern.test(entry.fileName))) continue;
    if (isLink(entry)) throw new Error(`it has a symbolic link, ${entry.fileName}`);
    entries.push(entry);
  }
  return entries;
};

export interface UnpackOptions {
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly measureSpace: MeasureSpace;
}

const extract = async (wheel: string, folder: string, title: string, options: UnpackOptions): Promise<void> => {
  const entries = await select(wheel);
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (total > maximumBytes) throw new Error(`it would unpack to ${total} bytes`);
  await ensureSpace(folder, total, options.measureSpace);
  const progress = byteReporter(options.report, 'unpack', `Unpacking ${title}`, total);
  const archive = await openPromise(wheel, { autoClose: false });
  let bytes = 0;
  const count = (): Transform =>
    new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        progress(bytes);
        done(null, chunk);
      },
    });
  try {
    for (const entry of entries) {
      const path = join(folder, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      const content = await archive.openReadStreamPromise(entry);
      await pipeline(content, count(), createWriteStream(path, { flags: 'wx' }), { signal: options.signal });
      if (/^nvidia\/[^/]+\/bin\//.test(entry.fileName)) await chmod(path, 0o755);
    }
  } finally {
    archive.close();
  }
};

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/**
 * Takes the libraries and the headers that the binding needs out of a wheel; streamed, so memory stays small.
 * Every name in the archive is checked, wanted or not: one that would leave the folder condemns the wheel.
 * @throws LabError INSTALL_FAILED for a damaged or hostile wheel, INSTALL_NO_SPACE
 */
export const unpackWheel = async (
  wheel: string,
  folder: string,
  title: string,
  options: UnpackOptions,
): Promise<void> => {
  try {
    await extract(wheel, folder, title, options);
  } catch (error) {
    if (options.signal.aborted || error instanceof LabError || isSystemError(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('INSTALL_FAILED', `The wheel of ${title} is damaged or unsafe and was not used: ${why}.`, {
      cause: error,
    });
  }
};
