import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const mounted = (folder: string, sizeBytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]).status === 0;
const unmount = (folder: string): void => {
  spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
};
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'esam-lab-disk-'));

/** Whether this user may make file systems: root may, where containers do not forbid it. */
export const canMakeDisks = (): boolean => {
  const folder = newFolder();
  const can = mounted(folder, 65_536);
  unmount(folder);
  return can;
};

export interface SmallDisk {
  readonly folder: string;
  /** Takes all room that is left, and what is made from now on; or all but so many bytes, once. */
  fill(leavingBytes?: number): void;
  /** Gives it back. */
  empty(): void;
}

/** A real file system in memory, gone when the test is over. */
export const smallDisk = (sizeBytes: number): SmallDisk => {
  const folder = newFolder();
  if (!mounted(folder, sizeBytes)) throw new Error('A small disk cannot be mounted.');
  const filler = join(folder, 'filler');
  let filling: NodeJS.Timeout | undefined;
  const takeAll = (): void => {
    const file = openSync(filler, 'a');
    try {
      for (const bytes of [65_536, 4096, 1]) while (hasRoomFor(file, bytes));
    } finally {
      closeSync(file);
    }
  };
  const empty = (): void => {
    clearInterval(filling);
    filling = undefined;
    rmSync(filler, { force: true });
  };
  onTestFinished(() => {
    empty();
    unmount(folder);
  });
  return {
    folder,
    fill: (leavingBytes) => {
      takeAll();
      if (leavingBytes === undefined) filling ??= setInterval(takeAll, 10);
      else truncateSync(filler, Math.max(0, statSync(filler).size - leavingBytes));
    },
    empty,
  };
};

export interface BreakableDisk {
  readonly folder: string;
  /** As the system does when a disk reports errors, whatever is open on it. */
  turnReadOnly(): void;
  /** As after the machine was started again. */
  mend(): void;
}

const run = (program: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${String(stderr)}`);
};

/** A real ext4 in a file, gone when the test is over. */
export const breakableDisk = (sizeBytes: number): BreakableDisk => {
  const home = newFolder();
  const [image, folder] = [join(home, 'image'), join(home, 'disk')];
  closeSync(openSync(image, 'w'));
  truncateSync(image, sizeBytes);
  mkdirSync(folder);
  run('mkfs.ext4', '-q', '-O', '^has_journal', image);
  const mount = (): void => run('mount', '-o', 'loop', image, folder);
  mount();
  onTestFinished(() => {
    run('umount', '--lazy', folder);
    rmSync(home, { recursive: true, force: true });
  });
  return {
    folder,
    turnReadOnly: () => run('mount', '-o', 'remount,abort', folder),
    mend: () => {
      run('umount', folder); // refused while anything is open
      mount();
    },
  };
};

/** Whether this user may do that. */
export const canBreakDisks = (): boolean => {
  const home = newFolder();
  const [image, folder] = [join(home, 'image'), join(home, 'disk')];
  try {
    closeSync(openSync(image, 'w'));
    truncateSync(image, 1_000_000);
    mkdirSync(folder);
    run('mkfs.ext4', '-q', '-O', '^has_journal', image);
    run('mount', '-o', 'loop', image, folder);
    run('umount', folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

const hasRoomFor = (file: number, sizeBytes: number): boolean => {
  try {
    return writeSync(file, Buffer.alloc(sizeBytes)) === sizeBytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
};
