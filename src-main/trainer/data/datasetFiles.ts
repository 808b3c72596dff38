import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { datasetFileNames, datasetFileProblem, type DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { readRegular } from '../../files/readRegular.ts';

/** Pixels uint8 [N,H,W,C] and labels uint8 [N] on the host. */
export interface Examples {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Reads a file of a data set whole. @throws LabError DATASET_CORRUPT if it cannot be read, or is no file. */
export const readWhole = (folder: string, name: string): Buffer<ArrayBuffer> => {
  try {
    return readRegular(join(folder, name));
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LabError('DATASET_CORRUPT', datasetFileProblem(join(folder, name), found), { cause: error });
  }
};

const readFile = (folder: string, name: string, expectedBytes: number): Uint8Array => {
  const bytes = readWhole(folder, name);
  if (bytes.length !== expectedBytes) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${join(folder, name)} has ${bytes.length} bytes, expected ${expectedBytes}. Delete the data set and import it again.`,
    );
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
};

/**
 * Reads the data set's four files and checks that they are what was imported, byte by byte.
 * @throws LabError DATASET_CORRUPT if a file's size is not what the data set's record says, or the SHA-256 of all differs.
 */
export const readDataset = (
  info: DatasetInfo,
  folder: string,
): { readonly train: Examples; readonly test: Examples } => {
  const pixels = info.height * info.width * info.channels;
  const hash = createHash('sha256');
  const read = (name: string, expectedBytes: number): Uint8Array => {
    const bytes = readFile(folder, name, expectedBytes);
    hash.update(bytes);
    return bytes;
  };
  const part = (count: number, images: string, labels: string): Examples => ({
    count,
    images: read(images, count * pixels),
    labels: read(labels, count),
  });
  const train = part(info.trainCount, datasetFileNames.trainImages, datasetFileNames.trainLabels);
  const test = part(info.testCount, datasetFileNames.testImages, datasetFileNames.testLabels);
  if (hash.digest('hex') !== info.sha256) {
    throw new LabError(
      'DATASET_CORRUPT',
      `The files of ${info.name} are not what was imported: their SHA-256 differs. Delete the data set (in the workspace: the folder ` +
        `datasets/${info.id}) and import it again.`,
    );
  }
  return { train, test };
};
