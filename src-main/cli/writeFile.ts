import { LabError } from '../../shared/errors.ts';
import { writeWhole } from '../files/writeWhole.ts';

/** Writes what the user asked for, whole or not at all. @throws LabError CONFIG_INVALID if it cannot be written. */
export const writeFile = async (file: string, content: string | Uint8Array): Promise<void> => {
  try {
    await writeWhole(file, content);
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LabError('CONFIG_INVALID', `${file} cannot be written (${found}); choose another file.`, {
      cause: error,
    });
  }
};
