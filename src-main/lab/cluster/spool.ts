import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { labErrorCodes } from '../../../shared/errors.ts';
import { trainingEventSchema } from '../../../shared/jobs/train.ts';
import { openRegular } from '../../files/readRegular.ts';
import { jobBreakCauses } from '../jobs/jobProcess.ts';

const sequence = z.number().int().min(1);

/** What a job tells, one line of JSON each, numbered from 1 without a gap. */
export const spoolRecordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...{ kind: z.literal('began'), sequence, at: z.string() },
    host: z.string(),
    /** There are checkpoints to go on from. */
    isResuming: z.boolean(),
  }),
  /** `nonFinite`: dotted paths in the event where a number that was not finite became null. */
  z.strictObject({ kind: z.literal('event'), sequence, event: trainingEventSchema, nonFinite: z.array(z.string()) }),
  /** Checkpoints that need not be kept any more, and are gone. */
  z.strictObject({ kind: z.literal('dropped'), sequence, fileNames: z.array(z.string()) }),
  /** The trainer ended without telling how. */
  z.strictObject({
    ...{ kind: z.literal('broke'), sequence },
    how: z.strictObject({
      cause: z.enum(jobBreakCauses),
      reason: z.string(),
      code: z.enum(labErrorCodes).optional(),
    }),
  }),
  /** The job makes room for now: its checkpoint is kept, and it is to go on from there. */
  z.strictObject({ kind: z.literal('left'), sequence, reason: z.string() }),
]);
export type SpoolRecord = z.infer<typeof spoolRecordSchema>;
type Unnumbered<R> = R extends unknown ? Omit<R, 'sequence'> : never;
export type SpoolEntry = Unnumbered<SpoolRecord>;

/** Whether nothing follows it, in this attempt or another one. */
export const isEnd = (record: SpoolRecord): boolean =>
  record.kind === 'broke' ||
  (record.kind === 'event' && ['done', 'stopped', 'diverged', 'failed'].includes(record.event.type));

/**
 * The writing end. A disk that is full, or away, stops no training: lines wait in memory until it takes them, whole and in order.
 */
export class SpoolWriter {
  readonly #file: number;
  readonly #waiting: string[] = [];
  /** Bytes that are whole lines. */
  #size = 0;
  #sequence = 0;

  /** @throws Error of the file system, also where the file is there already. */
  constructor(path: string) {
    this.#file = openSync(path, 'wx');
  }

  append(entry: SpoolEntry): void {
    this.#waiting.push(`${JSON.stringify({ ...entry, sequence: ++this.#sequence })}\n`);
    this.flush();
  }

  /** Writes what waits. @returns null, or why the disk does not take it. */
  flush(): string | null {
    if (this.#waiting.length === 0) return null;
    try {
      for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
        this.#write(Buffer.from(line));
        this.#waiting.shift();
      }
      fsyncSync(this.#file);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#size + done);
    } catch (error) {
      ftruncateSync(this.#file, this.#size); // half a line would be in the way of the next try
      throw error;
    }
    this.#size += bytes.length;
  }
}

export interface SpoolPiece {
  readonly records: readonly SpoolRecord[];
  /** Where each of them ends. */
  readonly ends: readonly number[];
}

const mostBytes = 4_000_000;

/**
 * Reads the whole lines from an offset on, about 4 MB of them at once. It ends before a line that is not whole or not understood: a shared
 * disk may show its bytes later.
 * @param after - the sequence number of the last record before.
 */
export const readSpool = (path: string, offset: number, after: number): SpoolPiece => {
  const text = bytesFrom(path, offset);
  const records: SpoolRecord[] = [];
  const ends: number[] = [];
  let end = 0;
  for (let next = text.indexOf(10, end); next >= 0; next = text.indexOf(10, end)) {
    const record = recordIn(text.toString('utf8', end, next));
    if (record?.sequence !== after + records.length + 1) break;
    records.push(record);
    end = next + 1;
    ends.push(offset + end);
  }
  return { records, ends };
};

const recordIn = (line: string): SpoolRecord | null => {
  try {
    return spoolRecordSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
};

const bytesFrom = (path: string, offset: number): Buffer => {
  let file: number;
  try {
    file = openRegular(path);
  } catch {
    return Buffer.alloc(0); // not there yet, or the disk is away
  }
  try {
    const bytes = Buffer.alloc(Math.min(mostBytes, Math.max(0, fstatSync(file).size - offset)));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(file);
  }
};

/** All records of a spool that is not too large to be looked at whole. */
export const allRecords = (path: string): SpoolRecord[] => {
  const records: SpoolRecord[] = [];
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const piece: SpoolPiece = readSpool(path, offset, records.length);
    records.push(...piece.records);
    offset = piece.ends.at(-1);
  }
  return records;
};
