import { foreignImage } from '../../images/foreignKinds.ts';
import { standInFor } from '../../files/standIns.ts';
import { LabError } from '../../../shared/errors.ts';
import { firstBytesOf, nameOf, type Source } from './fileBytes.ts';
import { isPickle } from './formats/pickle.ts';

type IsIt = (head: Buffer, name: string) => boolean;
const begins =
  (start: string, at = 0): IsIt =>
  (head) =>
    head.toString('latin1', at, at + start.length) === start;

const arrow = 'Write it as Parquet, as Dataset.to_parquet of Hugging Face does, or as folders of images';
const unpackAll = 'Unpack it and choose the folder';

/** What sets also come in, and the lab does not read: archives that Node cannot unpack, and formats of other programs. By first bytes, else by name. */
const kinds: readonly (readonly [kind: string, isIt: IsIt, advice: string])[] = [
  ['a 7z archive', begins('7z\xbc\xaf\x27\x1c'), 'Unpack it (7z x) and choose the folder'],
  ['a RAR archive', begins('Rar!\x1a\x07'), unpackAll],
  ['compressed with xz', begins('\xfd7zXZ\0'), 'Unpack it (tar -xJf, or xz -d) and choose what comes out'],
  ['compressed with bzip2', begins('BZh'), 'Unpack it (tar -xjf, or bzip2 -d) and choose what comes out'],
  ['compressed with Zstandard', begins('\x28\xb5\x2f\xfd'), 'Unpack it (zstd -d) and choose what comes out'],
  ['compressed with LZ4', begins('\x04\x22\x4d\x18'), 'Unpack it (lz4 -d) and choose what comes out'],
  ['a part of an archive', (_, name) => /\.(?:z\d\d|(?:zip|7z|tar|gz|tgz)\.(?:\d{2,3}|part\w*)|part\d+\.rar)$/i.test(name), 'Put its parts together (7z x on the first, or cat), unpack them and choose the folder'], // prettier-ignore
  ['an empty zip archive', begins('PK\x05\x06'), 'Download it again'],
  [
    'an HDF5 file (MATLAB 7.3, Keras, PCam)',
    begins('\x89HDF\r\n\x1a\n'),
    'Write its arrays to an .npz, as with numpy.savez, or in MATLAB with save -v7',
  ],
  [
    'a file of PyTorch, which may hold programs',
    (head, name) =>
      /^PK\x03\x04.{26}[^\0]{0,80}?data\.pkl/s.test(head.toString('latin1', 0, 128)) ||
      /\.(?:pth?|safetensors)$/i.test(name),
    'Write its tensors to an .npz, as with numpy.savez',
  ],
  ['an Arrow file', begins('ARROW1'), arrow],
  ['an Arrow file', (head, name) => /\.arrow$/i.test(name) && head.length > 0, arrow],
  [
    'a TFRecord file of TensorFlow',
    (_, name) => /\.tfrecords?(?:$|[-.])|tfrecords?-\d+-of-\d+$/i.test(name),
    'Write its images as folders by class, as with tfds.as_dataframe or tfds.as_numpy, or its arrays to an .npz',
  ],
  ['an LMDB database', begins('\xde\xc0\xef\xbe', 16), 'Write its images as folders by class'],
  ['an SQLite database', begins('SQLite format 3\0'), 'Write its images as folders by class'],
  ['a file of FFCV', (_, name) => /\.beton$/i.test(name), 'Choose the folder of images that it was written from'],
  ['an ORC or Avro table', (head) => /^(?:ORC|Obj\x01)/.test(head.toString('latin1', 0, 4)), 'Write it as Parquet'],
  [
    'a table of Excel',
    (_, name) => /\.xlsx?$/i.test(name),
    'Write it as CSV beside its images, and choose their folder',
  ],
  [
    'a video',
    (head, name) => /\.(?:mp4|avi|mov|mkv|webm)$/i.test(name) || begins('ftypisom', 4)(head, name),
    'Write its frames as images, as ffmpeg does',
  ],
];

/** What is said where nothing else was found: lists of images are such tables, too. */
const tables: typeof kinds = [
  [
    'STL-10 in its binary version',
    (_, name) => /^(?:train|test|unlabeled)_X\.bin$/.test(name),
    'Write its arrays to an .npz, as with numpy.fromfile(file, "u1").reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)',
  ],
  [
    'a table of text',
    (_, name) => /\.(?:csv|tsv)$/i.test(name),
    'If it holds pixels, as those of Kaggle do, write them to an .npz as train_images, train_labels, test_images and test_labels; if it lists images, choose the folder that they lie in',
  ],
];

const headBytes = 512;

/** "x.7z is a 7z archive, which the lab does not read. Unpack it …"; null of what is none of these. */
export const foreignKindOf = (source: Source, head: Buffer, among = kinds): string | null => {
  const name = nameOf(source);
  const standIn = standInFor(head);
  if (standIn !== null) return `${name} cannot be read: ${standIn}.`;
  const [kind, , advice] = among.find(([, isIt]) => isIt(head, name)) ?? [];
  if (kind !== undefined) return `${name} is ${kind}, which the lab does not read. ${advice ?? ''}.`;
  const image = foreignImage(name, head);
  return image === null ? null : `${name} cannot be read: ${image}.`;
};

/** What is called an archive and is none; by the first bytes of what a .gz holds. */
const misnamed = (source: Source, head: Buffer): string | null => {
  const name = nameOf(source);
  if (!/\.(?:zip|tar|tgz|tar\.gz)$/i.test(name) || begins('ustar', 257)(head, name) || begins('PK')(head, name))
    return null;
  return `${name} is no archive, though it is called one. Look at what it holds, and download it again.`;
};

/** @throws LabError DATASET_UNSUPPORTED for a chosen file of these kinds. */
export const refuseForeign = (source: Source, head: Buffer): void => {
  const said = foreignKindOf(source, head) ?? misnamed(source, head);
  if (said !== null) throw new LabError('DATASET_UNSUPPORTED', said);
};

/** Whether a name in a zip archive says that the archive is PyTorch's. */
export const isOfTensors = (name: string): boolean => /(?:^|\/)data\.pkl$/.test(name);

const pickle = 'a pickle of Python, which may hold programs; only those of CIFAR are read';

/** What the first of some files is that is of these kinds, where nothing else was found among them. */
export const foreignAmong = async (sources: readonly Source[], signal: AbortSignal): Promise<string | null> => {
  for (const source of sources.slice(0, 200)) {
    const head = await firstBytesOf(source, headBytes, signal).catch(() => Buffer.alloc(0));
    const said = foreignKindOf(source, head);
    if (said !== null) return said;
    if (isPickle(head)) return `${nameOf(source)} is ${pickle}. Write its arrays to an .npz, as with numpy.savez.`;
  }
  for (const source of sources.slice(0, 200)) {
    const said = foreignKindOf(source, Buffer.alloc(0), tables);
    if (said !== null) return said;
  }
  return null;
};
