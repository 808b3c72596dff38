import { LabError } from '../../shared/errors.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { Library } from './datasets/index.ts';

/** Brings MNIST into a new workspace. Never rejects: without it the lab still works, and says why it is not there. */
export const addBuiltIn = async (
  library: Library,
  emit: (event: LabEvent) => void,
  note: (notice: string) => void,
): Promise<void> => {
  try {
    const before = library.list().length;
    await library.ensureBuiltIn();
    if (library.list().length !== before) emit({ type: 'datasetsChanged' });
  } catch (error) {
    if (!(error instanceof LabError)) console.error('The built-in data set could not be added:', error);
    note(
      error instanceof LabError ? error.message : 'The built-in data set could not be added; see the log of the lab.',
    );
  }
};
