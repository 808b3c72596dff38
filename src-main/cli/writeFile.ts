import { lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Option } from 'commander';
import { LabError } from '../../shared/errors.ts';
import { meaningOf } from '../files/fileFailures.ts';
import { isThere } from '../files/isThere.ts';
import { writeWhole } from '../files/writeWhole.ts';

/** Writes what the user asked for, whole or not at all. @throws LabError CONFIG_INVALID if it cannot be written. */
export const writeFile = async (file: string, content: string | Uint8Array): Promise<void> => {
  try {
    await writeWhole(file, content);
  } catch (error) {
    throw unwritten(file, error);
  }
};

/** What to tell the user of a file that could not be written. */
export const unwritten = (file: string, error: unknown): LabError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  const meaning =
    code === 'ENOENT'
      ? `there is no folder ${dirname(file)}. Make it, or choose another file`
      : (meaningOf(code ?? '') ?? 'choose another file');
  return new LabError('CONFIG_INVALID', `${file} cannot be written (${code ?? String(error)}): ${meaning}.`, {
    cause: error,
  });
};

export const overwriting = (): Option => new Option('--overwrite', 'write over files of the same names');

/** What a file holds to the byte need not be written: the LaTeX of a figure is the same beside its PDF and its PNG. */
const holds = (file: string, content: Uint8Array): boolean => {
  try {
    const found = lstatSync(file);
    return found.isFile() && found.size === content.byteLength && readFileSync(file).equals(content);
  } catch {
    return false; // not there, or not to be read
  }
};

/**
 * Writes files whose names the lab has chosen; what stands there under such a name may be anybody's.
 * @throws LabError CONFIG_INVALID if one is there already and may not be written over (then none was written), or one cannot be written.
 */
export const writeNamed = async (
  files: readonly { readonly file: string; readonly content: Uint8Array }[],
  { overwrite = false }: { readonly overwrite?: boolean },
): Promise<void> => {
  const fresh = files.filter(({ file, content }) => !holds(file, content));
  const taken = overwrite ? undefined : fresh.find(({ file }) => isThere(file));
  if (taken !== undefined) {
    throw new LabError(
      'CONFIG_INVALID',
      `${taken.file} is there already, and nothing was written. Write elsewhere, or add --overwrite.`,
    );
  }
  for (const { file, content } of fresh) await writeFile(file, content);
};
