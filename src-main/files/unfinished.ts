import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { isThere } from './isThere.ts';
import { isRunning, thisProcess } from './machine.ts';
import { readRegular } from './readRegular.ts';
import { remove } from './remove.ts';
import { removalOf } from './removals.ts';
import type { RemovalKind } from './removals.ts';
import { stateFolder } from './userFolders.ts';

/** What is written down: the temporary file beside an export, or the folder with a copy of a database that is looked at. */
const kinds = ['unfinishedText', 'readCopy'] as const satisfies readonly RemovalKind[];
export type UnfinishedKind = (typeof kinds)[number];

const recordSchema = z
  .object({
    kind: z.enum(kinds),
    path: z.string(),
    pid: z.number().int().min(1),
    startedAt: z.string().nullable(),
    machine: z.string(),
    computer: z.string().nullable().default(null), // not in notes of former versions
    at: z.iso.datetime(),
  })
  .refine(({ kind, path }) => isAbsolute(path) && removalOf(kind).name.test(basename(path)));
type UnfinishedRecord = z.infer<typeof recordSchema>;

const dayMs = 24 * 3_600_000;
/** A disk that is not there now may come back. */
const keptMs = 30 * dayMs;

/**
 * Where this user's labs write down which temporary files they are writing, one small file each: exports go to any folder, and one that
 * `kill -9` cut short is recognised by nothing else. It lies in no workspace, which may come from somebody else.
 */
const recordsFolder = (): string => join(stateFolder(), 'esam-lab', 'unfinished');

/**
 * Writes down that this process is about to write a temporary file or folder. Where that cannot be kept, it is written all the same.
 * @returns what to call once it has its own name, or is gone.
 */
export const noteUnfinished = (kind: UnfinishedKind, path: string): (() => void) => {
  const folder = recordsFolder();
  const name = `${randomUUID()}.json`;
  const record = { kind, path, ...thisProcess(), at: new Date().toISOString() };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(record satisfies UnfinishedRecord), { flag: 'wx', mode: 0o600 });
  } catch {
    return () => undefined;
  }
  return () => void remove('unfinishedRecord', folder, name);
};

/** Removes the temporary files and folders that processes which are no more were writing: exactly those that they wrote down. Never throws. */
export const clearUnfinished = (now = Date.now()): void => {
  const folder = recordsFolder();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // nothing was ever written
  }
  for (const name of names.filter((each) => removalOf('unfinishedRecord').name.test(each))) {
    try {
      if (isSettled(join(folder, name), now)) remove('unfinishedRecord', folder, name);
    } catch (error) {
      console.error(`${name} stays:`, error);
    }
  }
};

/** Removes what a record tells of, where nobody writes it any more. @returns whether the record has served. */
const isSettled = (file: string, now: number): boolean => {
  const record = readRecord(file);
  const ageMs = now - (record === null ? lstatSync(file).mtimeMs : Date.parse(record.at));
  if (record === null) return ageMs > dayMs; // one that is being written is not whole either
  if (isBeingWritten(record, file, ageMs)) return false;
  if (!isThere(dirname(record.path))) return ageMs > keptMs;
  return remove(record.kind, dirname(record.path), basename(record.path)).length === 0 || ageMs > keptMs;
};

const readRecord = (file: string): UnfinishedRecord | null => {
  try {
    return recordSchema.parse(JSON.parse(readRegular(file).toString('utf8')));
  } catch {
    return null;
  }
};

/** Of another machine or container that shares this folder nothing is known; no export takes a day. */
const isBeingWritten = (record: UnfinishedRecord, note: string, ageMs: number): boolean =>
  isRunning(record, note) ?? ageMs < dayMs;
