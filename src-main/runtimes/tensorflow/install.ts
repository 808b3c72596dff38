import { mkdir, mkdtemp, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError, type LabErrorCode } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { whoElseMayChange } from '../../files/whoElseMayChange.ts';
import type { DownloadOptions } from '../download.ts';
import { withLock } from '../lock.ts';
import { type Report, reportStage } from '../progress.ts';
import { explainFull, freeBytes, type MeasureSpace } from '../space.ts';
import { checkBinding } from './check.ts';
import { findLibrary, type ReadyTensorflow } from './find.ts';
import { findGpu } from './gpu.ts';
import { makeLibrary, removeLeftovers } from './library.ts';
import { downloadPackageRuntime, packageVersion } from './packageDownload.ts';
import {
  chooseLibrary,
  downloadsFolder,
  libraryName,
  stagingPrefix,
  tensorflowFolder,
  writeManifest,
} from './places.ts';
import { recipeFor, type Variant } from './recipe.ts';
import { loadedAsCode } from './verify.ts';

interface InstallOptions {
  /** `auto`: for the GPU where an NVIDIA driver answers, else for the CPU. */
  readonly variant: 'auto' | Variant;
  readonly signal: AbortSignal;
  readonly onProgress: Report;
  /** How free disk space is measured; the file system's own answer unless a test says otherwise. */
  readonly measureSpace?: MeasureSpace;
}

const hasGpuRecipe = process.platform === 'linux' && process.arch === 'x64';

const chooseVariant = async (variant: 'auto' | Variant): Promise<Variant> => {
  if (variant !== 'auto') return variant;
  return hasGpuRecipe && (await findGpu()) !== null ? 'gpu' : 'cpu';
};

/** Whatever these say, the package's own download may still work: it comes from elsewhere and needs neither pip nor a compiler. */
const curable: readonly LabErrorCode[] = [
  'INSTALL_NO_NETWORK',
  'INSTALL_NO_PIP',
  'INSTALL_NO_COMPILER',
  'INSTALL_UNSUPPORTED',
  'INSTALL_FAILED',
];

/** The older TensorFlow that the package downloads for itself; `cause` is why the newer one could not be had. */
const installPackageRuntime = async (variant: Variant, cause: LabError, options: DownloadOptions): Promise<string> => {
  const version = packageVersion();
  const name = `${version}-package-${variant}-${process.platform}-${process.arch}`;
  if ((await findLibrary(name, 'full')).state === 'ready') return name;
  reportStage(options.report, 'download', `Trying the package's own download (TensorFlow ${version})`);
  const staging = await mkdtemp(join(tensorflowFolder(), stagingPrefix));
  try {
    const got = await downloadPackageRuntime(staging, variant, options.signal);
    options.signal.throwIfAborted();
    if ('reason' in got) {
      const also = `The older TensorFlow ${version} of the tfjs-node package could not be downloaded either: ${got.reason}`;
      throw new LabError(cause.code, `${cause.message} ${also}`, { cause });
    }
    await checkBinding(join(staging, got.binding), options.signal);
    await writeManifest(staging, { version, variant, binding: got.binding, files: [] });
    remove('library', tensorflowFolder(), name);
    await rename(staging, join(tensorflowFolder(), name));
    return name;
  } finally {
    remove('staging', tensorflowFolder(), basename(staging));
  }
};

const makeReady = async (variant: Variant, options: DownloadOptions): Promise<string> => {
  try {
    const recipe = recipeFor(variant);
    const name = libraryName(recipe);
    reportStage(options.report, 'check', 'Checking the TensorFlow that is there');
    if ((await findLibrary(name, 'full')).state !== 'ready') await makeLibrary(recipe, options);
    return name;
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof LabError) || !curable.includes(error.code)) throw error;
    return installPackageRuntime(variant, error, options);
  }
};

/** Says in the lab's words what went wrong; what is no condition of the machine stays the bug it is. */
const explain = (error: unknown, signal: AbortSignal): unknown => {
  if (signal.aborted) {
    return new LabError(
      'INSTALL_CANCELLED',
      'The installation was cancelled. What was downloaded is kept: the next one goes on from there.',
    );
  }
  const explained = explainFull(error, tensorflowFolder());
  if (explained instanceof LabError || !(explained instanceof Error && 'syscall' in explained)) return explained;
  const advice = 'Check who owns that folder, or set ESAM_LAB_CACHE to one that you may write to, and try again.';
  return new LabError(
    'INSTALL_FAILED',
    `TensorFlow could not be put into ${tensorflowFolder()}: ${explained.message}. ${advice}`,
    {
      cause: error,
    },
  );
};

/**
 * Installs TensorFlow for this user, or finds that it is there: from the package index's wheel with a binding compiled against it,
 * else what the tfjs-node package downloads for itself. Of two installers at once the second waits and uses the first's work.
 * @throws LabError INSTALL_CANCELLED, INSTALL_NO_NETWORK, INSTALL_NO_PIP, INSTALL_NO_COMPILER, INSTALL_NO_SPACE, INSTALL_CHECKSUM,
 * INSTALL_UNSUPPORTED, INSTALL_FAILED
 */
export const installTensorflow = async (options: InstallOptions): Promise<ReadyTensorflow> => {
  const { signal, onProgress: report, measureSpace = freeBytes } = options;
  const onWait = (): void => reportStage(report, 'lock', 'Waiting for another ESAM Lab that installs TensorFlow');
  try {
    const variant = await chooseVariant(options.variant);
    return await withLock('tensorflow', { signal, onWait }, async () => {
      await mkdir(tensorflowFolder(), { recursive: true });
      const found = whoElseMayChange([tensorflowFolder()]);
      if (found !== null)
        throw new LabError('INSTALL_FAILED', `TensorFlow is not installed: ${found}, ${loadedAsCode}.`);
      await removeLeftovers();
      const name = await makeReady(variant, { folder: downloadsFolder(), signal, report, measureSpace });
      await chooseLibrary(name);
      const installed = await findLibrary(name);
      if (installed.state !== 'ready') throw new LabError('INSTALL_FAILED', installed.reason);
      reportStage(report, 'done', `TensorFlow ${installed.version} is ready`);
      return installed;
    });
  } catch (error) {
    throw explain(error, signal);
  }
};
