/** A file of a published data set, as its publisher offers it. */
export interface PublishedFile {
  readonly url: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A data set that many papers use: what it is called, and where it is to be had. */
export interface PublishedSet {
  /** Presets name it so; the library keeps the name for it. */
  readonly id: string;
  readonly name: string;
  /** What it holds, in a few words. */
  readonly text: string;
  /** The page of its publisher. */
  readonly page: string;
  readonly sizeBytes: number;
  /** Empty: it is given only to those who sign in there. */
  readonly files: readonly PublishedFile[];
}

const toronto = 'https://www.cs.toronto.edu/~kriz';

/** Sizes are what the publishers' servers send; the SHA-256 are those under which many others keep the same files. */
export const publishedSets: readonly PublishedSet[] = [
  {
    id: 'cifar10',
    name: 'CIFAR-10',
    text: '60,000 photographs of 32 × 32 pixels in ten classes',
    page: `${toronto}/cifar.html`,
    sizeBytes: 170_052_171,
    files: [
      {
        url: `${toronto}/cifar-10-binary.tar.gz`,
        sizeBytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ],
  },
  {
    id: 'cifar100',
    name: 'CIFAR-100',
    text: '60,000 photographs of 32 × 32 pixels in a hundred classes',
    page: `${toronto}/cifar.html`,
    sizeBytes: 168_513_733,
    files: [
      {
        url: `${toronto}/cifar-100-binary.tar.gz`,
        sizeBytes: 168_513_733,
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      },
    ],
  },
  {
    id: 'imagenet',
    name: 'ImageNet (ILSVRC 2012)',
    text: '1,281,167 photographs of any size in a thousand classes, as a folder with train and val',
    page: 'https://www.image-net.org/challenges/LSVRC/2012/',
    sizeBytes: 154_642_401_280,
    files: [],
  },
];

const published = (id: string): PublishedSet | undefined => publishedSets.find((set) => set.id === id);

/** What the set of an id is called, whether or not it is in the library. */
export const publishedName = (id: string): string => published(id)?.name ?? id;

export const notInLibrary = (id: string): string =>
  `${published(id)?.name ?? `The data set "${id}"`} is not in the library; import it first.`;
