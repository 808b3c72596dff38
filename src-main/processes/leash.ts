import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

export interface LeashOptions {
  /** The process leads a group, all of which ends with it. */
  readonly isGroup?: boolean;
  /** KILL ends it at once; TERM lets it end in order. */
  readonly signal?: 'KILL' | 'TERM';
  /** What it may take to notice by itself that this process is gone. */
  readonly afterSeconds?: number;
}

/**
 * Waits at the end of a pipe. A line means that nothing is to be done; the pipe's end without one, that whoever held it is gone. Nothing
 * that a terminal or a cluster sends to everybody ends it before.
 */
const script = `trap '' HUP INT TERM USR1
read -r _ || { sleep "$3"; kill -s "$2" -- "$1"; }`;

/**
 * Ties a process to this one: it ends when this one does, however that happens. `kill -9` leaves this process no time to end its children,
 * and a child that computes sees no closed channel before its step is over; so a shell, two hundred kilobytes of memory, sees to it.
 * @returns lets the process go again: it has ended, or may stay.
 */
export const leash = (pid: number | undefined, options: LeashOptions = {}): (() => void) => {
  if (pid === undefined || process.platform === 'win32') return () => undefined; // there is no shell that could
  const { isGroup = false, signal = 'KILL', afterSeconds = 0 } = options;
  const waits = ['-c', script, 'sh', `${isGroup ? '-' : ''}${pid}`, signal, String(afterSeconds)];
  const shell: ChildProcess = spawn('/bin/sh', waits, {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // in a session of its own
  });
  shell.on('error', () => undefined); // without a shell, children end as far as they notice
  shell.stdin?.on('error', () => undefined); // it was killed alone
  shell.unref();
  const { stdin } = shell;
  if (stdin instanceof Socket) stdin.unref();
  return () => stdin?.end('\n');
};
