import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApp } from './app.ts';

/** Process ids of the utility processes of this name. */
const utilityPids = ({ app }: OpenApp, wanted: string): Promise<number[]> =>
  app.evaluate(
    ({ app: electronApp }, called) =>
      electronApp
        .getAppMetrics()
        .filter(({ type, name, serviceName }) => type === 'Utility' && (name === called || serviceName === called))
        .map(({ pid }) => pid),
    wanted,
  );

export const trainerPids = (opened: OpenApp): Promise<number[]> => utilityPids(opened, 'ESAM Lab trainer');
/** Of a lab that is a utility process. */
export const utilityLabPids = (opened: OpenApp): Promise<number[]> => utilityPids(opened, 'ESAM Lab');

/** A process and everything that descends from it, the leaves last. */
export const processTree = (root: number): number[] => {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // pid (command) state parent …; the command may contain spaces and parentheses
      const [, parent] =
        /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*(?=\) )/s, '')) ?? [];
      parents.set(Number(name), Number(parent));
    } catch {
      // gone since the folder was read
    }
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
};

export const killAtOnce = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it went with its parent
    }
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Whether all threads of a process stand still. */
export const isSuspended = (pid: number): boolean => {
  const threads = `/proc/${String(pid)}/task`;
  try {
    return readdirSync(threads).every((thread) => readFileSync(join(threads, thread, 'stat'), 'utf8').includes(') T '));
  } catch {
    return false; // a thread has just ended
  }
};

/** True for the process that runs the lab's entry. */
export const isLab = (pid: number): boolean => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('lab.cjs');
