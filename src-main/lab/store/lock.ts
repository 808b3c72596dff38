import { constants, copyFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { oddKind } from '../../files/readRegular.ts';
import { hold, isHeld } from '../../sqlite/hold.ts';
import { sqliteCode } from './database.ts';
import type { OpenDatabase } from './database.ts';
import { holderText, readHolder, removeHolder, writeHolder } from './holder.ts';
import type { Claim, DoorAddress } from './holder.ts';
import { refuseLinks } from './refuseLinks.ts';

const lockName = 'lab.lock';
/** A command that only looks is over by then, on a slow machine too. */
const longestMs = 10_000;

export interface WorkspaceLock {
  /** Tells others where this process takes requests; null: nowhere. */
  openDoor(door: DoorAddress | null): void;
  release(): void;
}

/**
 * Makes this process the workspace's only writer, until it ends.
 * @param claim - what others are told of this process while it holds the lock.
 * @throws LabError WORKSPACE_BUSY if another process (or this one) holds it, WORKSPACE_UNWRITABLE if the file cannot be made.
 */
export const lockWorkspace = (open: OpenDatabase, folder: string, claim: Claim): WorkspaceLock => {
  const file = join(folder, lockName);
  try {
    refuseLinks(folder);
    const odd = oddKind(file);
    if (odd !== null) {
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        `Where the workspace's file ${lockName} should be lies ${odd}. Nothing was changed. Move it away, or choose another folder.`,
      );
    }
    const letGo = holdAfterRepair(open, file);
    writeHolder(folder, claim, null);
    return {
      openDoor: (door) => writeHolder(folder, { ...claim, isOpening: false }, door),
      release: () => {
        removeHolder(folder);
        letGo();
      },
    };
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (sqliteCode(error) === 'SQLITE_BUSY') throw busy(folder, error);
    throw new LabError(
      'WORKSPACE_UNWRITABLE',
      'The workspace folder cannot be written. Check its permissions and the free disk space, or choose another folder.',
      { cause: error },
    );
  }
};

/** Waits for a former command that is over in a moment, such as a list of runs; for nothing else. Throws as `lockWorkspace` does. */
export const lockSoon = async (open: OpenDatabase, folder: string, claim: Claim): Promise<WorkspaceLock> => {
  const endAt = performance.now() + longestMs;
  for (;;) {
    try {
      return lockWorkspace(open, folder, claim);
    } catch (error) {
      const isBusy = error instanceof LabError && error.code === 'WORKSPACE_BUSY';
      if (!isBusy || readHolder(folder)?.isBrief !== true || performance.now() > endAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

/** Whether some process has the workspace open for writing. */
export const isLocked = (open: OpenDatabase, folder: string): boolean => isHeld(open, join(folder, lockName));

const busy = (folder: string, cause?: unknown): LabError => {
  const holder = readHolder(folder);
  const who = holder === null ? '' : `: ${holderText(holder)}`;
  return new LabError(
    'WORKSPACE_BUSY',
    `Another ESAM Lab has this workspace open${who}. Only one may change it: use that one, let it end, or choose another workspace ` +
      '(--workspace). Looking needs no waiting: runs, queue, export, figure, study show, compare --show.',
    { cause },
  );
};

/**
 * A file that is no database cannot be held by anybody. Its content is kept beside it and it is emptied in place: another process that
 * does the same meanwhile locks the same file, not a second one.
 */
const holdAfterRepair = (open: OpenDatabase, file: string): (() => void) => {
  try {
    return hold(open, file);
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_NOTADB' && sqliteCode(error) !== 'SQLITE_CORRUPT') throw error;
    copyFileSync(file, `${file}.aside-${new Date().toISOString().replace(/[-:.]/g, '')}`, constants.COPYFILE_EXCL);
    truncateSync(file);
    return hold(open, file);
  }
};
