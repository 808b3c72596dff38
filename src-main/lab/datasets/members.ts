import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { ImportContext } from './decodedSet.ts';
import { allocate, noFile, readError } from './fileBytes.ts';

/** File name → exact size in bytes; null for a small text file. */
export type MemberSizes = ReadonlyMap<string, number | null>;

const maxTextBytes = 65536;

/**
 * Memory for one member.
 * @throws LabError DATASET_CORRUPT if the size is not as expected.
 */
export const memberBuffer = (fileName: string, size: number, expected: number | null): Buffer => {
  if (expected === null ? size > maxTextBytes : size !== expected) {
    const wanted = expected === null ? `at most ${maxTextBytes}` : String(expected);
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}: ${size} bytes, expected ${wanted}; the file is damaged, was cut off or belongs to another set. Download it again.`,
    );
  }
  return allocate(size, fileName);
};

/**
 * Reads the known ones among these files.
 * @throws LabError DATASET_UNSUPPORTED if a name occurs twice, DATASET_CORRUPT if a size is not as expected.
 */
export const readMembers = async (
  files: readonly string[],
  sizes: MemberSizes,
  context: ImportContext,
): Promise<Map<string, Uint8Array>> => {
  const members = new Map<string, Uint8Array>();
  const known = files.filter((file) => sizes.has(basename(file)));
  for (const [index, file] of known.entries()) {
    const name = basename(file);
    context.onProgress({ message: `Reading ${name}`, share: index / known.length });
    if (members.has(name))
      throw new LabError('DATASET_UNSUPPORTED', `There are two files ${name}; choose the files of one set.`);
    members.set(name, await readMember(file, sizes.get(name) ?? null, context.signal));
  }
  return members;
};

const readMember = async (file: string, expected: number | null, signal: AbortSignal): Promise<Uint8Array> => {
  const name = basename(file);
  try {
    const found = await stat(file);
    if (!found.isFile()) throw noFile(name);
    const bytes = memberBuffer(name, found.size, expected);
    const content = await readFile(file, { signal });
    return content.length === bytes.length ? content : memberBuffer(name, content.length, expected);
  } catch (error) {
    throw readError(error, name);
  }
};
