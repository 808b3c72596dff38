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

/** What this window keeps with the workspace, so that the next one begins where it ended: drafts, choices, searches. */
export const useKept = defineStore('kept', () => {
  const { lab } = useConnection();
  const keepings = new Map<string, Keeping>();
  const changed = new Map<string, KeptState['value']>();
  const isLoaded = shallowRef(false);
  let kept: ReadonlyMap<string, unknown> = new Map();

  /** Nothing depends on it: a lab that may not write, or is away for now, is not complained of. */
  const write = (): void => {
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
   */
  const keep = <T>(name: string, schema: ZodType<T>, value: Ref<T>): void => {
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
            changed.set(name, JSON.parse(JSON.stringify(known.data)) as KeptState['value']);
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
    const states = await lab.keptStates({}).catch(() => []);
    kept = new Map(states.map(({ name, value }) => [name, value]));
    isLoaded.value = true;
    keepings.forEach((keeping, name) => begin(name, keeping));
  };

  return { isLoaded, load, keep };
});
