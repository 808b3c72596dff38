import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundleExtension } from '../../shared/bundle.ts';

/** The bundle of runs that the system has asked the app to open (a double click on it, or its path on the command line), until the page takes it. */
export class OpenedBundle {
  #path: string | null = null;

  /** Takes the last argument that is a bundle; a command line without one changes nothing. */
  fromArguments(argv: readonly string[], workingFolder: string): void {
    const path = argv.slice(1).findLast((argument) => isBundle(resolve(workingFolder, argument)));
    if (path !== undefined) this.#path = resolve(workingFolder, path);
  }

  /** As macOS tells it. */
  fromSystem(path: string): void {
    if (isBundle(path)) this.#path = path;
  }

  /** @returns null where there is none, or it was taken already. */
  take(): string | null {
    const path = this.#path;
    this.#path = null;
    return path;
  }
}

const isBundle = (path: string): boolean =>
  path.endsWith(`.${bundleExtension}`) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
