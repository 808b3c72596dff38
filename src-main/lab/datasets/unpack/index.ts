import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DatasetKind } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { ImportContext } from '../decodedSet.ts';
import { readError } from '../fileBytes.ts';
import { imageArchiveKind, unpackImages } from './archives.ts';
import { imageWriter } from './imageWriter.ts';

/** Images that lie in a file, and are unpacked into the library. */
export interface PackedImages {
  /** For the set that they are, in words. */
  readonly source: string;
  readonly suggestedName: string;
  /** @param folder - is made. @throws LabError DATASET_CORRUPT, DATASET_UNSUPPORTED where there are none, WORKSPACE_UNWRITABLE. */
  unpack(folder: string, context: ImportContext): Promise<void>;
}

/** Images by class in an archive that was chosen; null where it is something else. @throws LabError DATASET_NOT_FOUND, DATASET_CORRUPT. */
export const packedImagesOf = async (
  kind: DatasetKind,
  paths: readonly string[],
  { signal }: ImportContext,
): Promise<PackedImages | null> => {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0 || (kind !== 'auto' && kind !== 'imageFolder')) return null;
  const name = basename(path);
  const archive = await imageArchiveKind(path, signal).catch((error: unknown) => {
    throw readError(error, name);
  });
  if (archive === null) return null;
  return {
    source: `Images in ${name}, unpacked into the library`,
    suggestedName: name.replace(/\.(?:zip|tar|tgz|tar\.gz)$/i, ''),
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
