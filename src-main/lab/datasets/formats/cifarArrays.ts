import { basename } from 'node:path';
import { LabError } from '../../../../shared/errors.ts';
import { cifar10, cifar100, type CifarLayout } from '../cifar.ts';
import type { DecodedSet, ImportContext } from '../decodedSet.ts';
import { firstBytesOf, wholeOf, type Member } from '../fileBytes.ts';
import { damagedArray, type FileArray } from './arrays.ts';
import type { Format } from './format.ts';
import { setOfArrays, type ArrayHalf } from './halves.ts';
import { isMat, readMat } from './mat.ts';
import { isPickle, readPickle, type Pickled } from './pickle.ts';

/** What one file of CIFAR says, in Python's or MATLAB's version. */
interface Batch {
  readonly fileName: string;
  readonly data: FileArray | null;
  readonly labels: FileArray | null;
  readonly names: readonly string[] | null;
}

interface Version {
  readonly name: 'Python' | 'MATLAB';
  /** MD5 of the archives as published. @see https://www.cs.toronto.edu/~kriz/cifar.html */
  readonly md5: Readonly<Record<CifarLayout['id'], string>>;
  readonly ending: string;
  readonly isIt: (head: Buffer) => boolean;
  readonly read: (bytes: Buffer, fileName: string, labels: string, names: string) => Batch;
}

/** What the two sets call their files, labels and class names. */
const sets = [
  {
    layout: cifar10,
    train: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}`),
    test: 'test_batch',
    meta: 'batches.meta',
    labels: 'labels',
    names: 'label_names',
  },
  { layout: cifar100, train: ['train'], test: 'test', meta: 'meta', labels: 'fine_labels', names: 'fine_label_names' },
] as const;

const format = (version: Version): Format => ({
  name: `the ${version.name} version of CIFAR-10 or CIFAR-100`,
  read: async ({ members, archive }, context) => {
    for (const set of sets) {
      const files = await filesOf(members, set, version, context);
      if (files === null) continue;
      const { layout } = set;
      const isPublished = archive?.md5 === version.md5[layout.id];
      const proof =
        archive === null
          ? 'only the published archive itself proves what it is'
          : `MD5 ${archive.md5} (${isPublished ? 'as published' : `not the published archive's ${version.md5[layout.id]}`})`;
      return decoded(set, files, version, { isPublished, proof }, context);
    }
    return null;
  },
});

type CifarSet = (typeof sets)[number];
type Files = ReadonlyMap<string, Member>;

/** Null where the first file is not there, or something else. */
const filesOf = async (
  members: readonly Member[],
  { layout, train, test, meta }: CifarSet,
  { ending, isIt, name }: Version,
  { signal }: ImportContext,
): Promise<Files | null> => {
  const byName = new Map(members.map((member) => [basename(member.name), member]));
  const [first] = train;
  const one = byName.get(`${first}${ending}`);
  if (one === undefined || !isIt(await firstBytesOf(one, 128, signal))) return null;
  const wanted = [...train, test, meta].map((file) => `${file}${ending}`);
  const missing = wanted.filter((file) => !byName.has(file));
  if (missing.length > 0)
    throw new LabError(
      'DATASET_CORRUPT',
      `${missing.join(', ')} missing, which the ${name} version of ${layout.name} has. Choose its whole archive or unpacked folder.`,
    );
  return new Map(
    wanted
      .map((file) => [file.slice(0, file.length - ending.length), byName.get(file)])
      .filter((entry): entry is [string, Member] => entry[1] !== undefined),
  );
};

const decoded = async (
  { layout, train, test, meta, labels, names }: CifarSet,
  files: Files,
  version: Version,
  { isPublished, proof }: { isPublished: boolean; proof: string },
  context: ImportContext,
): Promise<DecodedSet> => {
  const batchOf = async (name: string): Promise<Batch> => {
    const member = files.get(name);
    if (member === undefined) throw new Error(`${name} was not found`);
    return version.read(await wholeOf(member, context.signal), basename(member.name), labels, names);
  };
  const halfOf = async (name: string): Promise<ArrayHalf> => {
    const { fileName, data, labels: values } = await batchOf(name);
    if (data === null || values === null) throw damagedArray(fileName, `has no ${data === null ? 'data' : labels}`);
    return { images: data, labels: values };
  };
  const { names: classNames, fileName } = await batchOf(meta);
  const expected = layout.labelClasses.at(-1) ?? 0;
  if (classNames?.length !== expected)
    throw damagedArray(fileName, `names ${classNames?.length ?? 0} classes, expected ${expected}`);
  const parts: ArrayHalf[] = [];
  for (const name of train) parts.push(await halfOf(name));
  const set = await setOfArrays(
    parts,
    await halfOf(test),
    {
      names: new Map(classNames.map((name, label) => [label, name])),
      source: `The ${version.name} version of ${layout.name}, ${proof}`,
      suggestedName: isPublished ? layout.name : `${layout.name} (unverified)`,
      published: isPublished ? layout.id : null,
      areBytes: true,
    },
    context,
  );
  return { ...set, classNames };
};

const fromMap = (map: Map<string, Pickled>, key: string): Pickled => map.get(key) ?? null;
const isArray = (value: Pickled): value is FileArray =>
  typeof value === 'object' && value !== null && 'isColumnMajor' in value;
const text = (value: Pickled): string =>
  Buffer.isBuffer(value) ? value.toString('utf8') : typeof value === 'string' ? value : '';

/** Labels are a list of numbers, or an array. */
const labelArray = (value: Pickled, fileName: string): FileArray | null => {
  if (isArray(value)) return value;
  if (!Array.isArray(value)) return null;
  const bytes = Buffer.alloc(8 * value.length);
  value.forEach((label, index) => bytes.writeDoubleLE(typeof label === 'number' ? label : NaN, 8 * index));
  return {
    name: `${fileName}, labels`,
    shape: [value.length],
    type: 'f8',
    isLittleEndian: true,
    isColumnMajor: false,
    bytes,
  };
};

/** Pickled dictionaries, read without running anything. */
export const cifarPython = format({
  name: 'Python',
  md5: { cifar10: 'c58f30108f718f92721af3b95e74349a', cifar100: 'eb9058c3a382ffc7106e4002c42a8d85' },
  ending: '',
  isIt: isPickle,
  read: (bytes, fileName, labels, names) => {
    const content = readPickle(bytes, fileName);
    if (!(content instanceof Map)) throw damagedArray(fileName, 'holds no dictionary');
    const data = fromMap(content, 'data');
    const named = fromMap(content, names);
    return {
      fileName,
      data: isArray(data) ? data : null,
      labels: labelArray(fromMap(content, labels), fileName),
      names: Array.isArray(named) ? named.map(text) : null,
    };
  },
});

export const cifarMatlab = format({
  name: 'MATLAB',
  md5: { cifar10: '70270af85842c9e89bb428ec9976c926', cifar100: '6a4bfa1dcd5c9453dda6bb54194911f4' },
  ending: '.mat',
  isIt: isMat,
  read: (bytes, fileName, labels, names) => {
    const { arrays, texts } = readMat(bytes, fileName);
    return {
      fileName,
      data: arrays.get('data') ?? null,
      labels: arrays.get(labels) ?? null,
      names: texts.get(names) ?? null,
    };
  },
});
