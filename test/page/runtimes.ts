import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { kernelsRecord } from '../../src-main/runtimes/tensorflow/kernelModules.ts';
import { newFolder } from './workspaces.ts';

/** Until this test is over no TensorFlow is installed; an index that nobody answers would have it. */
export const withoutTensorflow = async (): Promise<void> => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('ESAM_LAB_CACHE', await newFolder());
  vi.stubEnv('ESAM_LAB_TENSORFLOW_BINDING', '');
};

export const compilersWords = 'vectors.h:14:10: fatal error: immintrin.h: No such file or directory';

/** Until this test is over TensorFlow is there but its compiler could not build the lab's kernels. */
export const withoutKernels = async (): Promise<void> => {
  onTestFinished(() => void vi.unstubAllEnvs());
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(`These tests need TensorFlow, which is ${found.state}: ${found.reason}`);
  const { location } = found;
  const cache = await newFolder();
  const library = join(cache, 'tensorflow', basename(location));
  const bindings = join(library, relative(location, dirname(found.bindingPath)));
  await mkdir(bindings, { recursive: true });
  await symlink(join(location, 'tensorflow'), join(library, 'tensorflow'));
  await copyFile(join(location, 'manifest.json'), join(library, 'manifest.json'));
  await copyFile(join(location, '..', 'current.json'), join(cache, 'tensorflow', 'current.json'));
  await copyFile(found.bindingPath, join(bindings, basename(found.bindingPath)));
  await writeFile(
    join(bindings, kernelsRecord),
    JSON.stringify({
      reason: `The lab's kernels for AVX2 could not be built with g++ and loaded (${compilersWords}).`,
    }),
  );
  vi.stubEnv('ESAM_LAB_CACHE', cache);
};
