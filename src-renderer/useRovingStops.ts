import { computed, ref, type Ref } from 'vue';

/** Keys that lead from one to another, by how far; beyond the ends is the end. */
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

/** For `DefinedName`. */
interface RovingStop {
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly 'aria-keyshortcuts': string;
}

/**
 * A list of defined names is one stop of Tab: the arrow keys, Home and End lead from one to another, and Tab comes back to the one that was left.
 * @param list - holds them; @param names - of those that can be stopped at, in their order.
 */
export const useRovingStops = (
  list: Readonly<Ref<HTMLElement | null>>,
  names: () => readonly string[],
): { stopAt: (name: string) => RovingStop; walk: (event: KeyboardEvent) => void } => {
  const last = ref<string | null>(null);
  const stop = computed(() => names().find((name) => name === last.value) ?? names()[0]);
  const stopAt = (name: string): RovingStop => ({
    isStop: name === stop.value,
    onFocus: () => (last.value = name),
    'aria-keyshortcuts': Object.keys(steps).join(' '),
  });
  const walk = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    const stops = [...(list.value?.querySelectorAll<HTMLElement>('.defined') ?? [])];
    const at = stops.findIndex((each) => each === event.target);
    if (step === undefined || at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
  };
  return { stopAt, walk };
};
