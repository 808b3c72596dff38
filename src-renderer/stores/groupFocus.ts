import { defineStore } from 'pinia';
import { ref } from 'vue';

/** Which of the compared groups the user points at, wherever it is shown, and which are hidden in the charts. */
export const useGroupFocus = defineStore('groupFocus', () => {
  const pointed = ref<string | null>(null);
  const hidden = ref<ReadonlySet<string>>(new Set());

  const point = (key: string | null): void => {
    pointed.value = key;
  };
  const toggle = (key: string): void => {
    const next = new Set(hidden.value);
    if (!next.delete(key)) next.add(key);
    hidden.value = next;
  };
  const showAll = (): void => {
    hidden.value = new Set();
  };
  const isHidden = (key: string): boolean => hidden.value.has(key);
  /** Another group is pointed at. */
  const isPale = (key: string): boolean => pointed.value !== null && pointed.value !== key;

  return { pointed, hidden, point, toggle, showAll, isHidden, isPale };
});
