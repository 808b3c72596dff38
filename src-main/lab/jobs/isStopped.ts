import { readFileSync } from 'node:fs';

/**
 * Whether somebody has stopped a process (SIGSTOP, Ctrl+Z), or it is being traced: it cannot speak, but it is not hung. Only Linux tells.
 * @see proc(5): the state stands behind the name in brackets, which may hold anything.
 */
export const isStopped = (pid: number | null): boolean => {
  if (pid === null || process.platform !== 'linux') return false;
  try {
    return /^ [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, ''));
  } catch {
    return false; // it is gone: whoever waits for its end hears that
  }
};
