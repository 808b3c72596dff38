import type { DecodedSet } from './decodedSet.ts';

/** A published data set: its name, and the mean and deviation that papers normalise it with (pixels scaled to 0–1). */
export interface KnownSet {
  readonly id: string;
  readonly name: string;
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Where the files themselves name no classes. */
  readonly classNames?: readonly string[];
}

const of255 = (values: readonly number[]): number[] => values.map((value) => value / 255);

/** Known by the archive they come in, whose MD5 the importer has compared. */
const byArchive: Readonly<Record<'cifar10' | 'cifar100', KnownSet>> = {
  cifar10: { id: 'cifar10', name: 'CIFAR-10', mean: of255([125.3, 123.0, 113.9]), sd: of255([63.0, 62.1, 66.7]) },
  cifar100: { id: 'cifar100', name: 'CIFAR-100', mean: of255([129.3, 124.1, 112.4]), sd: of255([68.2, 65.4, 70.4]) },
};

/** Known by their content: SHA-256 of pixels and labels in the library's order. */
const byContent: Readonly<Record<string, KnownSet>> = {
  '06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16': {
    id: 'mnist',
    name: 'MNIST',
    mean: [0.1307],
    sd: [0.3081],
  },
  ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f: {
    id: 'fashion-mnist',
    name: 'Fashion-MNIST',
    mean: [0.286],
    sd: [0.353],
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
  },
};

/** Kept for these sets: presets name them. */
export const publishedIds: ReadonlySet<string> = new Set(
  [...Object.values(byArchive), ...Object.values(byContent)].map(({ id }) => id),
);

/** The published set that this is, or null. */
export const knownSetOf = (set: DecodedSet, sha256: string): KnownSet | null =>
  byContent[sha256] ?? (set.published === null ? null : byArchive[set.published]);
