import { useResizeObserver } from '@vueuse/core';
import { nextTick, ref, watch, type Ref, type WatchSource } from 'vue';

/** How a table stands in its place: as usual; with less between its columns; with spreads below their values and headers in two lines. */
export type Density = 'roomy' | 'tight' | 'stacked';
const densities: readonly Density[] = ['roomy', 'tight', 'stacked'];

/**
 * Makes a table as dense as its place needs, and then has several columns become one, where that is narrower. Every way is tried and
 * measured before anything is painted.
 * @param place - scrolls where nothing helps. @param canMerge - whether there are such columns. @param causes - what else decides on the width.
 */
export const useTableFit = (
  place: Readonly<Ref<HTMLElement | null>>,
  canMerge: () => boolean,
  causes: readonly WatchSource[],
): { readonly density: Ref<Density>; readonly isMerged: Ref<boolean> } => {
  const density = ref<Density>('roomy');
  const isMerged = ref(false);
  const width = ref<number>();
  const look = (): void => void (width.value = place.value?.clientWidth);
  watch(place, look, { flush: 'post' });
  useResizeObserver(place, look);
  /** How much wider the table is than its place, in pixels, as it is drawn now. */
  const excess = async (): Promise<number> => {
    await nextTick();
    return place.value === null ? 0 : place.value.scrollWidth - place.value.clientWidth;
  };
  let trial = 0;
  watch(
    [width, ...causes],
    async () => {
      const own = ++trial; // another one may begin while this one waits for what it has drawn
      isMerged.value = false;
      let apart = 0;
      for (const each of densities) {
        density.value = each;
        apart = await excess();
        if (apart <= 0 || own !== trial) return;
      }
      if (!canMerge()) return;
      isMerged.value = true;
      const merged = await excess();
      if (own === trial) isMerged.value = merged < apart;
    },
    { flush: 'post', immediate: true },
  );
  return { density, isMerged };
};
