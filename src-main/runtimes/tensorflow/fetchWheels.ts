import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../shared/errors.ts';
import { download, type DownloadOptions, verifyFile } from '../download.ts';
import { byteReporter, reportStage } from '../progress.ts';
import { downloadWithPip, modernise, type Pip, resolveWheels, type Wanted, type Wheel } from './pip.ts';
import type { Recipe } from './recipe.ts';

export interface FetchedWheel {
  readonly title: string;
  readonly path: string;
}

/** Says whether a package (or the file name of its wheel) belongs to the runtime: the library's, and NVIDIA's. */
const isNeeded = (recipe: Recipe, name: string): boolean => {
  const normalised = name.toLowerCase().replace(/[._]/g, '-');
  return normalised === recipe.packageName || normalised.startsWith('nvidia-');
};

const wantedOf = (recipe: Recipe): Wanted => ({ ...recipe, dependencies: recipe.variant === 'gpu' });

/** Where the wheels are; null when this pip cannot say without downloading them. */
const locate = async (
  recipe: Recipe,
  pip: Pip,
  staging: string,
  options: DownloadOptions,
): Promise<(Wheel & { sha256: string })[] | null> => {
  reportStage(options.report, 'resolve', `Asking pip where TensorFlow ${recipe.version} is`);
  try {
    const modern = await modernise(pip, `${staging}/tools`, options.signal);
    const wheels = await resolveWheels(modern, wantedOf(recipe), `${staging}/report`, options.signal);
    const checked = wheels
      .filter(({ name }) => isNeeded(recipe, name))
      .flatMap((wheel) => {
        return wheel.sha256 === null ? [] : [{ ...wheel, sha256: wheel.sha256 }];
      });
    const complete =
      checked.length > 0 && wheels.every(({ name, sha256 }) => sha256 !== null || !isNeeded(recipe, name));
    return complete ? checked : null;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof LabError && error.code !== 'INSTALL_FAILED') throw error;
    return null;
  }
};

const viaPip = async (recipe: Recipe, pip: Pip, staging: string, options: DownloadOptions): Promise<FetchedWheel[]> => {
  const title = `${recipe.packageName} ${recipe.version} with pip`;
  const onBytes = byteReporter(options.report, 'download', `Downloading ${title}`, null);
  const paths = await downloadWithPip(pip, wantedOf(recipe), `${staging}/pip`, options.signal, onBytes);
  return paths
    .filter((path) => isNeeded(recipe, basename(path).split('-')[0] ?? ''))
    .map((path) => ({ title: basename(path), path }));
};

const fetchWheel = async (
  wheel: Wheel & { sha256: string },
  title: string,
  options: DownloadOptions,
): Promise<FetchedWheel> => {
  if (!wheel.url.startsWith('file:')) return { title, path: await download({ ...wheel, title }, options) };
  const path = fileURLToPath(wheel.url);
  const { size } = await stat(path);
  byteReporter(options.report, 'download', `Found ${title} on this machine`, size)(size);
  await verifyFile(path, title, wheel.sha256, options);
  return { title, path };
};

/**
 * Fetches the wheels of a recipe from the user's package index: pip says where they are, then they are downloaded with progress
 * and resume; where that does not work (a proxy or credentials that only pip knows), pip downloads them itself.
 * @throws LabError INSTALL_NO_NETWORK, INSTALL_CHECKSUM, INSTALL_NO_SPACE, INSTALL_FAILED
 */
export const fetchWheels = async (
  recipe: Recipe,
  pip: Pip,
  staging: string,
  options: DownloadOptions,
): Promise<FetchedWheel[]> => {
  const wheels = await locate(recipe, pip, staging, options);
  if (wheels === null) return viaPip(recipe, pip, staging, options);
  try {
    const fetched: FetchedWheel[] = [];
    for (const [index, wheel] of wheels.entries()) {
      const count = wheels.length > 1 ? ` (${index + 1} of ${wheels.length})` : '';
      fetched.push(await fetchWheel(wheel, `${wheel.name.replaceAll('_', '-')} ${wheel.version}${count}`, options));
    }
    return fetched;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof LabError || (error instanceof Error && 'syscall' in error && 'path' in error)) throw error;
    return viaPip(recipe, pip, staging, options);
  }
};
