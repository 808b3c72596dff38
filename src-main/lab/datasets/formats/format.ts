import type { Contents } from '../containers.ts';
import type { DecodedSet, ImportContext } from '../decodedSet.ts';

/** A way in which sets are stored in files. */
export interface Format {
  /** What is read, for a person: "the Python version of CIFAR-10 or CIFAR-100". */
  readonly name: string;
  /**
   * Finds its files among those that were chosen, by their bytes and roles, and decodes them.
   * @returns null where they are none of this format.
   * @throws LabError DATASET_* where they are, but damaged or incomplete.
   */
  readonly read: (contents: Contents, context: ImportContext) => Promise<DecodedSet | null>;
}
