import { useDebounceFn, useEventListener } from '@vueuse/core';
import { defineStore } from 'pinia';
import { shallowRef, watch, type Ref } from 'vue';
import type { ZodType } from 'zod';
import type { KeptState } from '../../shared/keptState.ts';
import { useConnection } from '../connection.ts';

interface Keeping {
  /** Takes over what was kept, if it is understood. */
  restore(value: unknown): void;
  /** From now on changes are kept. */
  follow(): void;
}

// What the browser keeps for this window alone, under a key: a reload finds its own again, whatever other windows wrote meanwhile. A browser
// may keep nothing; then the lab's is taken.
const ownStates = (key: string): readonly (readonly [string, unknown])[] => {
  try {
    return Object.entries(JSON.parse(sessionStorage.getItem(key) ?? '{}') as Record<string, unknown>);
  } catch {
    return [];
  }
};
const keepOwnStates = (key: string, states: ReadonlyMap<string, unknown>): void => {
  try {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(states)));
  } catch {
    // It is refused, or full.
  }
};

/** What this window keeps with the workspace, so that the next one begins where it ended: drafts, choices, searches. */
export const useKept = defineStore('kept', () => {
  const { lab } = useConnection();
  const keepings = new Map<string, Keeping>();
  const changed = new Map<string, KeptState['value']>();
  const isLoaded = shallowRef(false);
  let kept: ReadonlyMap<string, unknown> = new Map();
  const own = new Map<string, unknown>();
  /** Under which the browser keeps this window's own: one for each workspace, which follow each other in a window. */
  let ownKey: string | null = null;

  /** Nothing depends on it: a lab that may not write, or is away for now, is not complained of. */
  const write = (): void => {
    if (ownKey !== null && changed.size > 0) keepOwnStates(ownKey, own);
    for (const [name, value] of changed) void lab.keepState({ name, value }).catch(() => undefined);
    changed.clear();
  };
  const writeSoon = useDebounceFn(write, 400, { maxWait: 2000 });
  useEventListener(window, 'pagehide', write);
  useEventListener(document, 'visibilitychange', write);

  const begin = (name: string, keeping: Keeping): void => {
    keeping.restore(kept.get(name));
    keeping.follow();
  };

  /**
   * Gives the ref the value that it had in this workspace last, once that is read, and keeps its changes.
   * @param schema - what is not like this, as from another version, is not taken over.
   * @param reach - whether a window that is loaded again begins with its own, or with what any window chose last.
   */
  const keep = <T>(name: string, schema: ZodType<T>, value: Ref<T>, reach: 'window' | 'workspace' = 'window'): void => {
    let stop: (() => void) | null = null;
    const keeping: Keeping = {
      restore: (read) => {
        const parsed = schema.safeParse(read);
        if (parsed.success) value.value = parsed.data;
      },
      follow: () => {
        stop?.();
        stop = watch(
          value,
          (now) => {
            const known = schema.safeParse(now);
            if (!known.success) return;
            const copy = JSON.parse(JSON.stringify(known.data)) as KeptState['value'];
            changed.set(name, copy);
            if (reach === 'window') own.set(name, copy);
            kept = new Map(kept).set(name, known.data);
            void writeSoon();
          },
          { deep: true },
        );
      },
    };
    keepings.set(name, keeping);
    if (isLoaded.value) begin(name, keeping);
  };

  /** Reads what was kept; once, for afterwards this window knows it best. */
  const load = async (): Promise<void> => {
    if (isLoaded.value) return;
    const [states, workspace] = await Promise.all([
      lab.keptStates({}).catch(() => []),
      lab.workspace({}).catch(() => null),
    ]);
    ownKey = workspace === null ? null : `kept ${workspace.folder}`;
    if (ownKey !== null) ownStates(ownKey).forEach(([name, value]) => own.set(name, value));
    kept = new Map([...states.map(({ name, value }) => [name, value] as const), ...own]);
    isLoaded.value = true;
    keepings.forEach((keeping, name) => begin(name, keeping));
  };

  return { isLoaded, load, keep };
});
