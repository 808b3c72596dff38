import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { syncFolder } from '../../files/syncFolder.ts';

/** Numbers under a name: float32, or float64 where the engine computes in that. */
export interface NamedNumbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: Float32Array | Float64Array;
}

/**
 * A file of numbers that explains itself: 8 bytes of magic, the header's length (uint32), the header (JSON), the tensors' numbers in the
 * header's order, and the SHA-256 of all before it (32 bytes). Everything is little-endian.
 */
const magic = 'ESAMCKPT';
const preambleBytes = 12;
const digestBytes = 32;
const dataTypes = { float32: Float32Array, float64: Float64Array } as const;

const headerSchema = z.object({
  tensors: z.array(
    z.strictObject({
      name: z.string(),
      shape: z.array(z.number().int().min(0)),
      dataType: z.enum(['float32', 'float64']),
      /** From the end of the header. */
      offset: z.number().int().min(0),
      sizeBytes: z.number().int().min(0),
    }),
  ),
});

/**
 * Writes a file whole or not at all: under a temporary name, to the disk, then renamed. Old content is replaced.
 * @param about - what else the header says; plain data.
 * @returns the digest that the file ends with.
 * @throws Error of the file system; then nothing is left behind.
 */
export const writeNumbers = (
  path: string,
  about: object,
  tensors: readonly NamedNumbers[],
): { readonly sizeBytes: number; readonly sha256: string } => {
  let offset = 0;
  const described = tensors.map(({ name, shape, numbers }) => {
    const dataType = numbers instanceof Float32Array ? 'float32' : 'float64';
    offset += numbers.byteLength;
    return { name, shape, dataType, offset: offset - numbers.byteLength, sizeBytes: numbers.byteLength };
  });
  const header = Buffer.from(JSON.stringify({ ...about, tensors: described }));
  const preamble = Buffer.alloc(preambleBytes);
  preamble.write(magic, 'latin1');
  preamble.writeUInt32LE(header.length, magic.length);

  const unfinished = `${path}.${process.pid}.part`;
  const hash = createHash('sha256');
  try {
    const file = openSync(unfinished, 'wx'); // never into something that lies there, such as a link
    try {
      for (const bytes of [preamble, header, ...tensors.map(({ numbers }) => bytesOf(numbers))]) {
        hash.update(bytes);
        writeFileSync(file, bytes);
      }
      writeFileSync(file, hash.copy().digest());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    remove('unfinishedCheckpoint', dirname(path), basename(unfinished));
    throw error;
  }
  syncFolder(dirname(path));
  return { sizeBytes: preambleBytes + header.length + offset + digestBytes, sha256: hash.digest('hex') };
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Reads such a file whole.
 * @param sha256 - the digest that was recorded when it was written.
 * @returns what the header says, still to be parsed, and the numbers in order.
 * @throws LabError CHECKPOINT_DAMAGED if it is missing, cut off, changed or not what was recorded; CHECKPOINT_UNREADABLE if it cannot be
 * read now: what it holds is unknown then, and may be whole.
 */
export const readNumbers = (path: string, sha256: string): { header: unknown; tensors: NamedNumbers[] } => {
  const name = basename(path);
  const damaged = (found: string): LabError => new LabError('CHECKPOINT_DAMAGED', `The checkpoint ${name} ${found}.`);
  let file: Buffer;
  try {
    file = readRegular(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') throw damaged('is missing');
    throw new LabError(
      'CHECKPOINT_UNREADABLE',
      `The checkpoint ${name} cannot be read now (${code === 'ENOTFILE' && error instanceof Error ? error.message : code}). Nothing was changed; check the disk and the rights of the file, then resume the run.`,
      { cause: error },
    );
  }
  const contentBytes = file.length - digestBytes;
  if (contentBytes < preambleBytes || file.toString('latin1', 0, magic.length) !== magic) {
    throw damaged(`does not begin like one (${file.length} bytes)`);
  }
  const written = file.toString('hex', contentBytes);
  if (createHash('sha256').update(file.subarray(0, contentBytes)).digest('hex') !== written) {
    throw damaged('is damaged: its SHA-256 does not fit its content');
  }
  if (written !== sha256) throw damaged('is another one than was recorded: its SHA-256 differs');

  const payload = preambleBytes + file.readUInt32LE(magic.length);
  const header: unknown = JSON.parse(file.toString('utf8', preambleBytes, payload));
  const tensors = headerSchema.parse(header).tensors.map(({ name, shape, dataType, offset, sizeBytes }) => {
    const start = payload + offset;
    const end = start + sizeBytes;
    if (end > contentBytes) throw damaged(`is damaged: ${name} lies outside of it`);
    return { name, shape, numbers: new dataTypes[dataType](new Uint8Array(file.subarray(start, end)).buffer) };
  });
  return { header, tensors };
};
