import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';

/** Of a process that was writing something: what to tell it by later, here or on another machine. */
export interface Writer {
  readonly pid: number;
  /** When the system started that process: numbers of processes are given out again. Null where it does not say. */
  readonly startedAt: string | null;
  /** Where that number means that process. */
  readonly machine: string;
  /** The computer's own name, the same over its starts; null where it has none. Machines that are made from one image may share it. */
  readonly computer: string | null;
}

export const thisProcess = (): Writer => {
  const { pid } = process;
  return { pid, startedAt: startOf(pid), machine: machine(), computer: computer() };
};

/** Whether the writer runs; null where that cannot be told. @param note - the file in which it wrote down what it is. */
export const isRunning = (writer: Writer, note: string): boolean | null => {
  if (writer.machine === machine()) return isRunningHere(writer);
  return isOfFormerStart(writer, note) ? false : null;
};

const isRunningHere = ({ pid, startedAt }: Writer): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // of another user
  }
  return startedAt === null || startedAt === startOf(pid);
};

/**
 * Whether the computer was started anew since: then none of the processes of before runs. The name of the computer alone proves nothing. But
 * a note on a disk of this computer was written under this system, or by way of it by another one that it serves the disk to: that one
 * would have to have been made from the same image.
 */
const isOfFormerStart = (writer: Writer, note: string): boolean => {
  const [then, now] = [bootOf(writer.machine), bootOf(machine())];
  if (then === null || now === null || then === now) return false;
  return writer.computer !== null && writer.computer === computer() && isOnOwnDisk(note);
};

/** As statfs(2) says them: what one system at a time has mounted. No network, no folder of a host, and no memory, which ends with it. */
const ownDisks: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
]);

export const isOwnDisk = (type: number): boolean => ownDisks.has(type);

const isOnOwnDisk = (path: string): boolean => {
  try {
    return isOwnDisk(statfsSync(path).type);
  } catch {
    return false;
  }
};

/**
 * This computer from its start to its end, and within it the container. Names do not tell: machines made from one image share them, and may
 * share a home.
 */
const machine = (): string =>
  `${read('/proc/sys/kernel/random/boot_id') ?? hostname()} ${linked('/proc/self/ns/pid') ?? ''}`.trim();

/** The number that the system gave itself at its start; null where it gives none. */
const bootOf = (machine: string): string | null =>
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?= |$)/.exec(machine)?.[0] ?? null;

/** Not the number itself, which is nobody else's to know (machine-id(5)). */
const computer = (): string | null => {
  const id = read('/etc/machine-id');
  if (id === null || !/^[\da-f]{32}$/.test(id)) return null;
  return createHash('sha256').update(`esam-lab ${id}`).digest('hex').slice(0, 32);
};

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null; // no Linux
  }
};

const linked = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null; // no Linux
  }
};

/** The system's count of clock ticks at a process's start; null where it is not to be had. */
const startOf = (pid: number): string | null =>
  // pid (command) state parent …, of which the start is the twenty-second; the command may contain spaces and parentheses
  read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[19] ?? null;
