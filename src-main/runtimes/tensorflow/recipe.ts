import { LabError } from '../../../shared/errors.ts';

export type Variant = 'cpu' | 'gpu';

/** Which wheel of the package index holds TensorFlow's C library for a platform, and what is taken out of it. */
export interface Recipe {
  readonly version: string;
  readonly variant: Variant;
  readonly platform: string;
  /** Requirement for pip. */
  readonly requirement: string;
  /** The package whose wheel has the library; with `variant: 'gpu'` the nvidia-* packages come along. */
  readonly packageName: string;
  readonly platformTags: readonly string[];
  /** Library files in the folder `tensorflow`, to be linked against. */
  readonly libraries: readonly string[];
  /** For the first check, before anything is fetched; later checks use true sizes. */
  readonly neededBytes: number;
  readonly downloadBytes: number;
}

const version = '2.21.0';
const linuxLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const cpuBytes = { neededBytes: 1.5e9, downloadBytes: 0.29e9 };

const recipes: Readonly<Record<string, Omit<Recipe, 'version' | 'variant' | 'platform' | 'requirement'>>> = {
  'cpu linux-x64': {
    packageName: 'tensorflow-cpu',
    platformTags: ['manylinux_2_27_x86_64'],
    libraries: linuxLibraries,
    ...cpuBytes,
  },
  'gpu linux-x64': {
    packageName: 'tensorflow',
    platformTags: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux2010_x86_64'],
    libraries: linuxLibraries,
    neededBytes: 12e9,
    downloadBytes: 3.5e9,
  },
  'cpu linux-arm64': {
    packageName: 'tensorflow',
    platformTags: ['manylinux_2_27_aarch64'],
    libraries: linuxLibraries,
    ...cpuBytes,
  },
  'cpu darwin-arm64': {
    packageName: 'tensorflow',
    platformTags: ['macosx_12_0_arm64'],
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    ...cpuBytes,
  },
};

/** @throws LabError INSTALL_UNSUPPORTED when no wheel carries the library for this platform. */
export const recipeFor = (variant: Variant, platform = `${process.platform}-${process.arch}`): Recipe => {
  const recipe = recipes[`${variant} ${platform}`];
  if (recipe === undefined) {
    throw new LabError(
      'INSTALL_UNSUPPORTED',
      `There is no TensorFlow ${version} C library for ${platform} (${variant.toUpperCase()}) in the package index; ` +
        'it exists for 64-bit Linux (x64, arm64; GPU on x64) and for Macs with Apple silicon.',
    );
  }
  const requirement = `${recipe.packageName}${variant === 'gpu' ? '[and-cuda]' : ''}==${version}`;
  return { version, variant, platform, requirement, ...recipe };
};
