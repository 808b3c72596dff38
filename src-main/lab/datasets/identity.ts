import { createHash } from 'node:crypto';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';

type Content = Pick<
  DatasetInfo,
  'sha256' | 'storage' | 'height' | 'width' | 'channels' | 'classNames' | 'trainCount' | 'testCount'
>;

/**
 * SHA-256 of what a set holds and how it is read: images and labels in their order, sizes, classes and split. Not its id, its name or
 * where it lies: the same images under another name are the same data, others under the same name are not.
 */
export const datasetIdentity = (info: Content): string => {
  const { sha256, storage, height, width, channels, classNames, trainCount, testCount } = info;
  const content: Content = { sha256, storage, height, width, channels, classNames, trainCount, testCount };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
};
