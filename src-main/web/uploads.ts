import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, statfs } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../shared/errors.ts';
import { imageManifestName } from '../../shared/imageManifest.ts';
import { remove } from '../files/remove.ts';
import { readHeader } from '../lab/datasets/imageFolder/manifest.ts';
import type { Lab } from '../lab/lab.ts';

/** An upload that is not taken; the status is HTTP's. */
export class UploadRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const folderName = 'uploads';
const largestBytes = 64 * 2 ** 30;
const spareBytes = 2 ** 30;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const isName = (part: string): boolean =>
  part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 200 && !/[\0-\x1f\\:]/.test(part);

/** Files that browsers upload for an import lie in a folder of the workspace, one subfolder for each choice of files. */
export class Uploads {
  readonly #workspace: string;
  readonly #folder: string;

  constructor(workspaceFolder: string) {
    this.#workspace = workspaceFolder;
    this.#folder = join(workspaceFolder, folderName);
  }

  /**
   * Writes one file of a choice, whole or not at all.
   * @param id - of the choice, a UUID.
   * @param name - the file's path within what was chosen, with `/` between.
   * @returns the file's path, and the folder of the choice.
   * @throws UploadRefused
   */
  async take(id: string, name: string, sizeBytes: number, body: Readable): Promise<{ path: string; folder: string }> {
    const parts = name.split('/');
    if (!idPattern.test(id) || parts.length > 16 || !parts.every(isName)) {
      throw new UploadRefused(400, 'This name cannot be a file of a data set.');
    }
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new UploadRefused(411, 'The size is not told.');
    if (sizeBytes > largestBytes) throw new UploadRefused(413, 'The file is larger than 64 GiB.');
    const folder = join(this.#folder, id);
    const path = join(folder, ...parts);
    await mkdir(dirname(path), { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    if (sizeBytes + spareBytes > bavail * bsize)
      throw new UploadRefused(507, 'The disk of the lab has too little room.');
    const partial = `${path}.${randomUUID()}.part`;
    try {
      await pipeline(body, createWriteStream(partial, { flags: 'wx' }));
      await rename(partial, path);
    } catch (error) {
      remove('unfinishedUpload', dirname(partial), basename(partial));
      throw error;
    }
    return { path, folder };
  }

  /**
   * The lab, which clears away what was uploaded once it is imported or refused. Images of folders are needed where they lie, until
   * their set is deleted; then the next server clears them away.
   */
  clearingAfterImport(lab: Lab): Lab {
    return {
      ...lab,
      importDataset: async (input) => {
        const ids = input.paths.flatMap((path) => this.#idOf(path) ?? []);
        try {
          return await lab.importDataset(input);
        } catch (error) {
          throw this.#asChosen(error, ids);
        } finally {
          await this.#clear(ids);
        }
      },
      importBundle: async (input) => {
        const id = this.#idOf(input.path);
        try {
          return await lab.importBundle(input);
        } catch (error) {
          throw this.#asChosen(error, id === null ? [] : [id]);
        } finally {
          if (id !== null) this.#remove(id);
        }
      },
    };
  }

  /** Clears away what an earlier server has left without its being imported, and images of sets that were deleted since. */
  async clearLeft(): Promise<void> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    await this.#clear(names.filter((name) => idPattern.test(name)));
  }

  /** Those that no data set needs, as the sets' own lists of images say: a mark of ours might be missing after a kill or on a full disk. */
  async #clear(ids: readonly string[]): Promise<void> {
    const roots = ids.length === 0 ? [] : await this.#imageRoots();
    const isNeeded = (id: string): boolean => roots === null || roots.some((root) => root.split(/[/\\]/).includes(id));
    for (const id of new Set(ids)) if (!isNeeded(id)) this.#remove(id);
  }

  /** Where the images of the workspace's sets lie, also where it was moved since; null where a list cannot be read: then each may be needed. */
  async #imageRoots(): Promise<readonly string[] | null> {
    const folder = join(this.#workspace, 'datasets');
    try {
      const sets = (await readdir(folder)).map((name) => join(folder, name));
      const listed = sets.filter((set) => existsSync(join(set, imageManifestName)));
      return await Promise.all(listed.map(async (set) => (await readHeader(set)).root));
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : null;
    }
  }

  /** The error with files named as the user chose them: where their uploads lie is nothing to them. */
  #asChosen(error: unknown, ids: readonly string[]): unknown {
    if (!(error instanceof LabError)) return error;
    const message = ids.reduce((text, id) => text.replaceAll(resolve(this.#folder, id) + sep, ''), error.message);
    return new LabError(error.code, message, { cause: error.cause, fields: error.fields });
  }

  #remove(id: string): void {
    remove('upload', this.#workspace, folderName, id);
  }

  #idOf(path: string): string | null {
    const [id] = relative(this.#folder, path).split(sep);
    return id !== undefined && idPattern.test(id) ? id : null;
  }
}
