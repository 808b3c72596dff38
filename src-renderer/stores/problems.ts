import { defineStore } from 'pinia';
import { ref } from 'vue';
import { LabError } from '../../shared/errors.ts';
import { ShellRefusal } from '../shellRefusal.ts';

export interface Problem {
  readonly id: number;
  /** What was tried ("Stop the run"). */
  readonly title: string;
  readonly message: string;
}

/** Whatever was refused or failed, until the user dismisses it. */
export const useProblems = defineStore('problems', () => {
  const list = ref<Problem[]>([]);
  let lastId = 0;

  const report = (title: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const known = error instanceof LabError || error instanceof ShellRefusal;
    if (!known) console.error(title, error);
    const text = known ? message : `Unexpected: ${message}`;
    if (list.value.some((problem) => problem.title === title && problem.message === text)) return;
    list.value = [...list.value, { id: ++lastId, title, message: text }].slice(-3);
  };

  /** What was tried has gone well: that it had not before is no news any more. */
  const solve = (title: string): void => {
    const others = list.value.filter((problem) => problem.title !== title);
    if (others.length < list.value.length) list.value = others;
  };

  /** Runs the action; a failure is reported under `title` and gives null, a success takes away what was reported so. */
  const attempt = async <T>(title: string, action: () => Promise<T>): Promise<T | null> => {
    try {
      const done = await action();
      solve(title);
      return done;
    } catch (error) {
      report(title, error);
      return null;
    }
  };

  const dismiss = (id: number): void => {
    list.value = list.value.filter((problem) => problem.id !== id);
  };

  return { list, report, solve, attempt, dismiss };
});
