import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DatasetKind } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { ImportContext } from '../decodedSet.ts';
import { readError, type Source } from '../fileBytes.ts';
import { contentsOf } from '../containers.ts';
import { halvesOf, tablesAmong, tablesOfImages } from '../parquet/halves.ts';
import { smallSizeOf } from '../parquet/smallImages.ts';
import { holdsTables, imageArchiveKind, unpackImages } from './archives.ts';
import { imageWriter } from './imageWriter.ts';
import { chosenTables, unpackTables } from './tables.ts';

/** Images that lie in a file, and are unpacked into the library. */
export interface PackedImages {
  /** For the set that they are, in words. */
  readonly source: string;
  readonly suggestedName: string;
  /** @param folder - is made. @throws LabError DATASET_CORRUPT, DATASET_UNSUPPORTED where there are none, WORKSPACE_UNWRITABLE. */
  unpack(folder: string, context: ImportContext): Promise<void>;
}

/** Images by class in an archive or in Parquet tables that were chosen; null where they are something else. @throws LabError DATASET_NOT_FOUND, DATASET_CORRUPT. */
export const packedImagesOf = async (
  kind: DatasetKind,
  paths: readonly string[],
  context: ImportContext,
): Promise<PackedImages | null> => {
  if (kind !== 'auto' && kind !== 'imageFolder') return null;
  const { signal } = context;
  return (
    (await inArchivedTables(kind, paths, context)) ??
    (await inArchive(paths, signal)) ??
    (await inTables(kind, paths, signal))
  );
};

export const withoutArchiveEnding = (name: string): string => name.replace(/\.(?:zip|tar|tgz|tar\.gz)$/i, '');

const inArchive = async (paths: readonly string[], signal: AbortSignal): Promise<PackedImages | null> => {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) return null;
  const name = basename(path);
  const archive = await imageArchiveKind(path, signal).catch((error: unknown) => {
    throw readError(error, name);
  });
  if (archive === null) return null;
  return {
    source: `Images in ${name}, unpacked into the library`,
    suggestedName: withoutArchiveEnding(name),
    unpack: async (folder, context) => {
      const { size } = await stat(path);
      const writer = await imageWriter(name, size, folder);
      await unpackImages(path, archive, writer, context);
      if (writer.written.images === 0)
        throw new LabError(
          'DATASET_UNSUPPORTED',
          `${name} holds no images that the lab reads. Choose another archive.`,
        );
    },
  };
};

/** Tables in an archive are read out of it; what is in them is unpacked, as of tables that lie on the disk. */
const inArchivedTables = async (
  kind: DatasetKind,
  paths: readonly string[],
  context: ImportContext,
): Promise<PackedImages | null> => {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) return null;
  const name = basename(path);
  const isOne = await holdsTables(path, context.signal).catch((error: unknown) => {
    throw readError(error, name);
  });
  if (!isOne) return null;
  const withTables = async <T>(read: (tables: readonly Source[]) => Promise<T>): Promise<T> => {
    const contents = await contentsOf([path], context);
    try {
      return await read(await tablesOfImages(await tablesAmong(contents.members, context.signal), context.signal));
    } finally {
      contents.close();
    }
  };
  const found = await withTables(async (tables) => {
    const [first] = tables;
    if (first === undefined || (kind === 'auto' && (await smallSizeOf(first, context.signal)) !== null)) return null;
    return halvesOf(tables, context.signal);
  });
  if (found === null) return null;
  return {
    source: `Images in tables in ${name}, unpacked into the library${found.aside}`,
    suggestedName: withoutArchiveEnding(name),
    unpack: (folder, ofImport) =>
      withTables(async (tables) => {
        const { size } = await stat(path);
        await unpackTables(tables, await imageWriter(name, size, folder), ofImport);
      }),
  };
};

/** Small images of one size are no image folder, unless that is asked for: they are decoded (`formats/parquet`). */
const inTables = async (
  kind: DatasetKind,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<PackedImages | null> => {
  const chosen = await chosenTables(paths, signal).catch((error: unknown) => {
    throw readError(error, basename(paths[0] ?? ''));
  });
  const tables = await tablesOfImages(chosen, signal);
  const [first] = tables;
  if (first === undefined || (kind === 'auto' && (await smallSizeOf(first, signal)) !== null)) return null;
  const { aside } = await halvesOf(tables, signal);
  const names = tables.map((table) => basename(table));
  return {
    source: `Images in ${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more tables` : ''}, unpacked into the library${aside}`,
    suggestedName:
      paths.length === 1 ? basename(paths[0] ?? '').replace(/\.(?:parquet|pq)$/i, '') : basename(dirname(first)),
    unpack: async (folder, context) => {
      let size = 0;
      for (const table of tables) size += (await stat(table)).size;
      const writer = await imageWriter(names[0] ?? '', size, folder);
      await unpackTables(tables, writer, context);
    },
  };
};
