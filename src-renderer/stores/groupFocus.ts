import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';

/** Which of the compared groups the user points at, wherever it is shown, and which are hidden in the charts. */
export const useGroupFocus = defineStore('groupFocus', () => {
  const pointed = ref<string | null>(null);
  /** Of groups that were too many to draw, those that are hidden until the user shows them. */
  const leftOut = shallowRef<ReadonlySet<string>>(new Set());
  /** Those that the user has hidden, or shown though they were left out. */
  const toggled = shallowRef<ReadonlySet<string>>(new Set());

  const point = (key: string | null): void => {
    pointed.value = key;
  };
  const toggle = (key: string): void => {
    const next = new Set(toggled.value);
    if (!next.delete(key)) next.add(key);
    toggled.value = next;
  };
  /** All that the user had hidden. */
  const showAll = (): void => {
    toggled.value = new Set([...toggled.value].filter((key) => leftOut.value.has(key)));
  };
  const leaveOut = (keys: ReadonlySet<string>): void => {
    leftOut.value = keys;
  };
  const isHidden = (key: string): boolean => toggled.value.has(key) !== leftOut.value.has(key);
  /** Hidden because there were too many, not by the user. */
  const isLeftOut = (key: string): boolean => leftOut.value.has(key) && !toggled.value.has(key);
  /** Another group is pointed at. */
  const isPale = (key: string): boolean => pointed.value !== null && pointed.value !== key;

  return { pointed, leftOut, toggled, point, toggle, showAll, leaveOut, isHidden, isLeftOut, isPale };
});
