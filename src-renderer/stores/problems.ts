import { defineStore } from 'pinia';
import { computed, ref, shallowRef, type ComputedRef } from 'vue';
import { LabError } from '../../shared/errors.ts';
import { ShellRefusal } from '../shellRefusal.ts';

export interface Problem {
  readonly id: number;
  /** What was tried ("Stop the run"). */
  readonly title: string;
  readonly message: string;
  /** The user wished it so. */
  readonly isCancelled: boolean;
}

/** Whatever was refused or failed, until the user dismisses it, or leaves the view in which it did. */
export const useProblems = defineStore('problems', () => {
  const list = ref<Problem[]>([]);
  /** What went wrong when it was last tried, dismissed or not, by what was tried. */
  const failures = shallowRef<ReadonlyMap<string, string>>(new Map());
  /** What shows in its own place that it was not read, for as long as it was not. */
  const reads = new Set<string>();
  let lastId = 0;

  const report = (title: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const known = error instanceof LabError || error instanceof ShellRefusal;
    if (!known) console.error(title, error);
    const text = known ? message : `Unexpected: ${message}`;
    failures.value = new Map(failures.value).set(title, text);
    if (list.value.some((problem) => problem.title === title && problem.message === text)) return;
    const isCancelled = error instanceof LabError && error.code === 'CANCELLED';
    list.value = [...list.value, { id: ++lastId, title, message: text, isCancelled }].slice(-3);
  };

  /** What was tried has gone well: that it had not before is no news any more. */
  const solve = (title: string): void => {
    const others = list.value.filter((problem) => problem.title !== title);
    if (others.length < list.value.length) list.value = others;
    if (failures.value.has(title)) failures.value = new Map([...failures.value].filter(([tried]) => tried !== title));
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

  /** Why there is nothing of what the read of this title brings; null once it was read, and while that goes on. */
  const failureOf = (title: string, isRead: () => boolean): ComputedRef<string | null> => {
    reads.add(title);
    return computed(() => (isRead() ? null : (failures.value.get(title) ?? null)));
  };

  const dismiss = (id: number): void => {
    list.value = list.value.filter((problem) => problem.id !== id);
  };

  /** Another view is open: what was tried in the one before is over, what could not be read still is not. */
  const leave = (): void => {
    list.value = list.value.filter(({ title }) => reads.has(title));
  };

  return { list, report, solve, attempt, failureOf, dismiss, leave };
});
