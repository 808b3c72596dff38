import { lstatSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';

const holderName = 'lab.holder.json';

const doorSchema = z.strictObject({
  /** Of a socket or named pipe of this machine. */
  path: z.string().min(1),
  /** Whoever can read it in the workspace may come in. */
  token: z.string().min(1),
});
export type DoorAddress = z.infer<typeof doorSchema>;

const holderSchema = z.object({
  /** What the user started, such as "esam-lab run". */
  does: z.string(),
  pid: z.number().int(),
  host: z.string(),
  since: z.iso.datetime(),
  labVersion: z.string(),
  /** It is over in a moment: it is worth waiting for. */
  isBrief: z.boolean(),
  /** It is being opened, and will say then where it takes requests. */
  isOpening: z.boolean().optional(),
  /** Where it takes requests; null: nowhere. */
  door: doorSchema.nullable(),
});
export type Holder = z.infer<typeof holderSchema>;
/** What a lab says of itself. */
export type Claim = Pick<Holder, 'does' | 'labVersion' | 'isBrief' | 'isOpening'>;
/** Of a lab that does not say. */
export const unnamed: Claim = { does: 'ESAM Lab', labVersion: '', isBrief: false };

/** Writes down who has the workspace, for others to read; only whoever holds the lock may. Without it they know less, so nothing throws. */
export const writeHolder = (folder: string, claim: Claim, door: DoorAddress | null): void => {
  const file = join(folder, holderName);
  const holder: Holder = { ...claim, pid: process.pid, host: hostname(), since: new Date().toISOString(), door };
  try {
    removeHolder(folder); // a former one may be of another user, with other rights
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
  } catch {
    return;
  }
};

/** One that stays misleads nobody: only while the lock is held is it read. So nothing throws, and the lock is given back. */
export const removeHolder = (folder: string): void => {
  try {
    if (lstatSync(join(folder, holderName), { throwIfNoEntry: false })?.isFile() === true)
      remove('holder', folder, holderName);
  } catch (error) {
    console.error(`${holderName} stays:`, error);
  }
};

/** Who says that it has the workspace; true only while the lock is held. Null where nobody says so, or where it cannot be read. */
export const readHolder = (folder: string): Holder | null => {
  try {
    return holderSchema.parse(JSON.parse(readRegular(join(folder, holderName)).toString('utf8')));
  } catch {
    return null;
  }
};

/** "Process 4242 (esam-lab run, since 14:03:20 UTC)", with its machine where that is another one. */
export const holderText = ({ does, pid, host, since }: Holder): string =>
  `process ${pid}${host === hostname() ? '' : ` on ${host}`} (${does}, since ${since.replace('T', ' ').slice(0, 19)} UTC)`;
