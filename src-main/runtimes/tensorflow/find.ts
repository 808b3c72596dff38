import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whoElseMayChange } from '../../files/whoElseMayChange.ts';
import { checkBinding } from './check.ts';
import { findKernels, type FoundKernels } from './kernelModules.ts';
import { bindingPath, chosenLibrary, damagedFile, readManifest, tensorflowFolder } from './places.ts';
import { loadedAsCode, verify } from './verify.ts';
import type { Depth } from './verify.ts';

export type FoundTensorflow =
  | {
      readonly state: 'ready';
      readonly bindingPath: string;
      readonly version: string;
      readonly location: string;
      readonly variant: 'cpu' | 'gpu';
      readonly kernels: FoundKernels;
    }
  | { readonly state: 'missing' | 'broken'; readonly reason: string };
export type ReadyTensorflow = Extract<FoundTensorflow, { state: 'ready' }>;

const advice = 'Install it on the Device page or with "npm run lab -- device --install".';
const notForPackages =
  "The lab's kernels are for a newer TensorFlow than this one, which the tfjs-node package downloads for itself.";

/** The binding that ESAM_LAB_TENSORFLOW_BINDING names, for those who compiled their own. */
const ownBinding = async (path: string): Promise<FoundTensorflow> => {
  if (!existsSync(path))
    return { state: 'broken', reason: `ESAM_LAB_TENSORFLOW_BINDING names ${path}, which does not exist.` };
  const kernels = await findKernels(path);
  const found = whoElseMayChange([path, ...kernels.modules.map((module) => module.path)]);
  if (found !== null) return { state: 'broken', reason: `ESAM_LAB_TENSORFLOW_BINDING: ${found}, ${loadedAsCode}.` };
  const version = await checkBinding(path, new AbortController().signal);
  return {
    state: 'ready',
    bindingPath: path,
    version: version ?? 'own build',
    location: dirname(path),
    variant: 'cpu',
    kernels,
  };
};

/** What lies in a library's folder of the cache, verified: seconds the first time and after a change, else milliseconds. */
export const findLibrary = async (name: string, depth: Depth = 'quick'): Promise<FoundTensorflow> => {
  const location = join(tensorflowFolder(), name);
  const manifest = await readManifest(location);
  if (manifest === null) return { state: 'missing', reason: `TensorFlow is not installed yet. ${advice}` };
  const damaged = await damagedFile(location, manifest);
  if (damaged !== null) {
    return { state: 'broken', reason: `TensorFlow was installed, but ${damaged} is missing or cut short. ${advice}` };
  }
  const path = join(location, manifest.binding ?? (await bindingPath()));
  if (!existsSync(path)) {
    const reason = `TensorFlow is there, but not yet connected to this version of ESAM Lab, which takes seconds. ${advice}`;
    return { state: 'missing', reason };
  }
  const damage = await verify(location, manifest, path, depth);
  if (damage !== null) return { state: 'broken', reason: `TensorFlow was installed, but ${damage.reason}. ${advice}` };
  const { version, variant } = manifest;
  const kernels = manifest.binding === null ? await findKernels(path) : { modules: [], reason: notForPackages };
  return { state: 'ready', bindingPath: path, version, location, variant, kernels };
};

/** Finds the TensorFlow that was installed last; never throws for one that is missing or damaged. */
export const findTensorflow = async (depth: Depth = 'quick'): Promise<FoundTensorflow> => {
  const own = process.env['ESAM_LAB_TENSORFLOW_BINDING'];
  try {
    if (own !== undefined && own !== '') return await ownBinding(own);
    return await findLibrary((await chosenLibrary()) ?? 'none', depth);
  } catch (error) {
    return { state: 'broken', reason: error instanceof Error ? error.message : String(error) };
  }
};
