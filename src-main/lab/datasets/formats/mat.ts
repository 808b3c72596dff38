import { inflateSync } from 'node:zlib';
import { LabError } from '../../../../shared/errors.ts';
import { damagedArray, product, type FileArray } from './arrays.ts';

/** What a MATLAB file holds by name: arrays of numbers, and lists of texts. */
export interface MatContent {
  readonly arrays: ReadonlyMap<string, FileArray>;
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

export const isMat = (head: Buffer): boolean => head.toString('latin1', 0, 10) === 'MATLAB 5.0';

/** Types of elements: two bytes mean numbers of this kind. */
const numberTypes: Readonly<Record<number, string>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
};
const matrix = 14;
const compressed = 15;
const cellClass = 1;
const textClass = 4;
const mostUnpacked = 2 ** 31 - 1;

/**
 * Reads a MATLAB 5 file (`save -v7` or older): its arrays of numbers and cells of texts; anything else in it is passed over.
 * @throws LabError DATASET_CORRUPT where it is damaged or cut off.
 * @see https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
 */
export const readMat = (bytes: Buffer, name: string): MatContent => {
  const arrays = new Map<string, FileArray>();
  const texts = new Map<string, readonly string[]>();
  const isLittleEndian = bytes.toString('latin1', 126, 128) === 'IM';
  try {
    for (const element of elementsOf(bytes.subarray(128), isLittleEndian)) {
      const inner =
        element.type === compressed
          ? elementsOf(inflateSync(element.content, { maxOutputLength: mostUnpacked }), isLittleEndian)
          : [element];
      for (const { type, content } of inner) {
        const variable = type === matrix ? variableOf(content, name, isLittleEndian) : null;
        if (variable !== null && variable.array !== null) arrays.set(variable.name, variable.array);
        if (variable !== null && variable.texts !== null) texts.set(variable.name, variable.texts);
      }
    }
  } catch (error) {
    throw error instanceof LabError ? error : damagedArray(name, 'is no whole MATLAB file');
  }
  return { arrays, texts };
};

interface Element {
  readonly type: number;
  readonly content: Buffer;
}

/** Elements begin at multiples of eight bytes; one of up to four bytes may lie in its own tag. Compressed ones follow each other without gaps. */
function* elementsOf(bytes: Buffer, isLittleEndian: boolean): Generator<Element> {
  const word = (at: number): number => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  for (let at = 0; at + 8 <= bytes.length;) {
    const tag = word(at);
    const isSmall = tag >>> 16 !== 0;
    const type = isSmall ? tag & 0xffff : tag;
    const size = isSmall ? tag >>> 16 : word(at + 4);
    const start = at + (isSmall ? 4 : 8);
    if (start + size > bytes.length) throw new Error('cut off');
    yield { type, content: bytes.subarray(start, start + size) };
    at = isSmall ? at + 8 : type === compressed ? start + size : start + Math.ceil(size / 8) * 8;
  }
}

const wordsOf = ({ content }: Element, isLittleEndian: boolean): number[] =>
  Array.from({ length: content.length / 4 }, (_, index) =>
    isLittleEndian ? content.readInt32LE(4 * index) : content.readInt32BE(4 * index),
  );

interface Variable {
  readonly name: string;
  readonly array: FileArray | null;
  readonly texts: readonly string[] | null;
}

/** A matrix: its class, sizes and name, then its content. */
const variableOf = (content: Buffer, file: string, isLittleEndian: boolean): Variable | null => {
  const [flags, sizes, title, ...parts] = elementsOf(content, isLittleEndian);
  if (flags === undefined || sizes === undefined || title === undefined) return null;
  const kind = (wordsOf(flags, isLittleEndian)[0] ?? 0) & 0xff;
  const shape = wordsOf(sizes, isLittleEndian);
  const name = title.content.toString('latin1');
  const [data] = parts;
  if (kind === cellClass) {
    const inner = parts.map((part) => variableOf(part.content, file, isLittleEndian)?.texts?.join('') ?? null);
    return { name, array: null, texts: inner.every((text) => text !== null) ? inner : null };
  }
  if (data === undefined) return { name, array: null, texts: null };
  if (kind === textClass) return { name, array: null, texts: [textOf(data)] };
  const type = numberTypes[data.type];
  if (type === undefined || kind < 6) return { name, array: null, texts: null };
  if (data.content.length < product(shape) * Number(type.slice(1)))
    throw damagedArray(`${file}, ${name},`, 'is cut off');
  return {
    name,
    array: { name: `${file}, ${name}`, shape, type, isLittleEndian, isColumnMajor: true, bytes: data.content },
    texts: null,
  };
};

/** Characters of one or two bytes, or UTF-8. */
const textOf = ({ type, content }: Element): string => content.toString(type === 4 || type === 17 ? 'utf16le' : 'utf8');
