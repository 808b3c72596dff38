import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { remove } from '../../files/remove.ts';
import type { DownloadOptions } from '../download.ts';
import { type Report, reportStage } from '../progress.ts';
import { ensureSpace } from '../space.ts';
import { checkBinding } from './check.ts';
import { type Build, compileBinding, findCompiler } from './compile.ts';
import { compileKernels } from './compileKernels.ts';
import { fetchWheels } from './fetchWheels.ts';
import { findPip } from './pip.ts';
import {
  bindingFile,
  bindingPath,
  damagedFile,
  downloadsFolder,
  libraryName,
  readManifest,
  stagingPrefix,
  tensorflowFolder,
  writeManifest,
} from './places.ts';
import type { Manifest } from './places.ts';
import type { Recipe } from './recipe.ts';
import { unpackWheel } from './unpack.ts';
import { verify } from './verify.ts';

/** Compiles the binding in `target`, a folder two levels below the library, and tries it; then the kernels beside it. */
const connect = async (build: Build, report: Report): Promise<void> => {
  reportStage(report, 'compile', 'Compiling the connection between Node and TensorFlow');
  await compileBinding(build);
  reportStage(report, 'check', 'Trying TensorFlow');
  await checkBinding(join(build.target, bindingFile), build.signal);
  reportStage(report, 'compile', "Compiling the lab's own kernels for TensorFlow");
  const reason = await compileKernels(build);
  if (reason !== null) reportStage(report, 'check', `${reason} TensorFlow's own kernels take their place`);
};

const filesWithSizes = async (library: string): Promise<{ path: string; sizeBytes: number }[]> => {
  const entries = await readdir(library, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.filter((path) => /\.(so|dylib)(\.|$)/.test(path));
  return Promise.all(
    files.map(async (path) => ({ path: path.slice(library.length + 1), sizeBytes: (await stat(path)).size })),
  );
};

/** What is called ready later is on the disk. */
const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};

const build = async (recipe: Recipe, compiler: string, options: DownloadOptions): Promise<void> => {
  const pip = await findPip(options.signal);
  await ensureSpace(tensorflowFolder(), recipe.neededBytes, options.measureSpace);
  await mkdir(downloadsFolder(), { recursive: true });
  const staging = await mkdtemp(join(tensorflowFolder(), stagingPrefix));
  try {
    const library = join(staging, 'library');
    for (const { path, title } of await fetchWheels(recipe, pip, staging, options)) {
      await unpackWheel(path, library, title, options);
    }
    const files = await filesWithSizes(library);
    await Promise.all(files.map(({ path }) => syncFile(join(library, path))));
    const target = join(library, dirname(await bindingPath()));
    await connect({ compiler, recipe, library, target, signal: options.signal }, options.report);
    await writeManifest(library, { version: recipe.version, variant: recipe.variant, binding: null, files });
    const home = join(tensorflowFolder(), libraryName(recipe));
    remove('library', tensorflowFolder(), libraryName(recipe));
    await rename(library, home);
    remove('downloads', tensorflowFolder(), basename(downloadsFolder()));
  } finally {
    remove('staging', tensorflowFolder(), basename(staging));
  }
};

/**
 * Makes the binding alone. Those of other versions of its sources stay (half a megabyte each): other checkouts, and labs that are
 * running, may be using them.
 */
const reconnect = async (recipe: Recipe, compiler: string, options: DownloadOptions): Promise<void> => {
  const library = join(tensorflowFolder(), libraryName(recipe));
  const home = join(library, dirname(await bindingPath()));
  await mkdir(dirname(home), { recursive: true });
  const staging = await mkdtemp(join(dirname(home), stagingPrefix));
  try {
    await connect({ compiler, recipe, library, target: staging, signal: options.signal }, options.report);
    remove('binding', dirname(home), basename(home)); // damaged: whoever has loaded it keeps what was loaded
    await rename(staging, home);
  } finally {
    remove('staging', dirname(home), basename(staging));
  }
};

/** Deletes what interrupted installers left; unfinished downloads stay, they are gone on with. */
export const removeLeftovers = async (): Promise<void> => {
  const entries = await readdir(tensorflowFolder(), { recursive: false, withFileTypes: true });
  for (const { name } of entries) {
    const path = join(tensorflowFolder(), name);
    if (name.startsWith(stagingPrefix)) remove('staging', tensorflowFolder(), name);
    const bindings = await readdir(join(path, 'bindings')).catch(() => []);
    const stale = bindings.filter((binding) => binding.startsWith(stagingPrefix));
    for (const binding of stale) remove('staging', tensorflowFolder(), name, 'bindings', binding);
  }
};

/** Whether only the binding has to be made. */
const isLibraryWhole = async (home: string, manifest: Manifest | null): Promise<boolean> => {
  if (manifest === null || (await damagedFile(home, manifest)) !== null) return false;
  const binding = join(home, await bindingPath());
  return !existsSync(binding) || (await verify(home, manifest, binding, 'full'))?.part !== 'library';
};

/**
 * Makes the library of a recipe and its binding, or only the binding where the library is there already. A folder appears under
 * its final name only when it is complete and was tried. The caller holds the lock.
 * @throws LabError INSTALL_NO_COMPILER, INSTALL_NO_PIP, INSTALL_NO_SPACE, INSTALL_NO_NETWORK, INSTALL_CHECKSUM, INSTALL_FAILED
 */
export const makeLibrary = async (recipe: Recipe, options: DownloadOptions): Promise<void> => {
  const compiler = await findCompiler(options.signal);
  const home = join(tensorflowFolder(), libraryName(recipe));
  const manifest = await readManifest(home);
  await ((await isLibraryWhole(home, manifest)) ? reconnect : build)(recipe, compiler, options);
};
