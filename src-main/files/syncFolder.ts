import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';

/** Makes new names in a folder last: a rename or a link survives a power cut only once its folder has reached the disk. Windows has no such call and needs none. */
export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Makes a folder, and those above that are missing, so that a power cut leaves them in their places. */
export const makeFolder = (folder: string): void => {
  const whole = resolve(folder);
  const first = made(whole);
  if (first === undefined) return; // it was there
  for (let above = whole; ; above = dirname(above)) {
    syncFolder(dirname(above));
    if (above === first || above === dirname(above)) return;
  }
};

/** Node says ENOENT of any reason that it does not know, such as a disk that is read-only: the system's own is thrown. */
const made = (folder: string): string | undefined => {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    let missing = folder;
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    mkdirSync(missing);
    throw error;
  }
};

/** As many at a time: the disk takes them together, which is several times as fast as one after another. */
const atOnce = 16;

/** Has all files of a folder, and of the folders in it, reach the disk. */
export const syncTree = async (folder: string, signal: AbortSignal): Promise<void> => {
  if (process.platform === 'win32') return;
  const waiting: Buffer[] = [Buffer.from(folder)];
  const sync = async (path: Buffer): Promise<void> => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  while (waiting.length > 0) {
    const [next = Buffer.alloc(0)] = waiting.splice(-1);
    const entries = await readdir(next, { withFileTypes: true, encoding: 'buffer' });
    const pathOf = (name: Buffer): Buffer => Buffer.concat([next, Buffer.from(sep), name]);
    waiting.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => pathOf(name)));
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => pathOf(name));
    const syncNext = async (): Promise<void> => {
      for (let file = files.pop(); file !== undefined; file = files.pop()) {
        signal.throwIfAborted();
        await sync(file);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, syncNext));
    await sync(next);
  }
};
