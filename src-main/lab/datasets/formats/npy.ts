import { damagedArray, type FileArray } from './arrays.ts';

const magic = '\x93NUMPY';
export const isNpy = (head: Buffer): boolean => head.toString('latin1', 0, 6) === magic;

/**
 * Reads an array of numpy's own format.
 * @throws LabError DATASET_CORRUPT where its header is not understood, and for arrays of objects, which are pickled.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export const readNpy = (bytes: Buffer, name: string): FileArray => {
  if (!isNpy(bytes) || bytes.length < 12) throw damagedArray(name, 'does not begin as an array of numpy');
  const isLong = (bytes[6] ?? 0) >= 2;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, end);
  const [, order = '', type = ''] = /'descr'\s*:\s*'([<>|=])([a-z]\d*)'/.exec(header) ?? [];
  const [, isColumnMajor] = /'fortran_order'\s*:\s*(True|False)/.exec(header) ?? [];
  const [, shape] = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  if (type === '' || isColumnMajor === undefined || shape === undefined)
    throw damagedArray(name, `has a header that is not understood (${header.trim().slice(0, 80)})`);
  const sizes = shape
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return {
    name,
    shape: sizes,
    type,
    isLittleEndian: order !== '>',
    isColumnMajor: isColumnMajor === 'True',
    bytes: bytes.subarray(end),
  };
};
