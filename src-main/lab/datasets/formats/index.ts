import { cifarMatlab, cifarPython } from './cifarArrays.ts';
import type { Format } from './format.ts';
import { numpy } from './numpy.ts';
import { parquet } from './parquet.ts';
import { svhn } from './svhn.ts';

/** All that is read besides IDX files, CIFAR's binary version and folders of images; the first that finds its files reads them. */
export const formats: readonly Format[] = [cifarPython, cifarMatlab, svhn, numpy, parquet];
