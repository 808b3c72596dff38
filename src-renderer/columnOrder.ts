import { ref } from 'vue';

/** A column put where another one stands, which makes room. */
export const movedOnto = (ids: readonly string[], id: string, onto: string): string[] => {
  const to = ids.indexOf(onto);
  return ids.includes(id) && to >= 0 ? ids.filter((other) => other !== id).toSpliced(to, 0, id) : [...ids];
};

/** A column one place to the left (−1) or to the right (1). */
export const movedBy = (ids: readonly string[], id: string, step: -1 | 1): string[] => {
  const onto = ids[ids.indexOf(id) + step];
  return onto === undefined ? [...ids] : movedOnto(ids, id, onto);
};

/** A new column before the first of those that come after it in the usual order. @param place - in that order. */
export const withColumn = (ids: readonly string[], id: string, place: (id: string) => number): string[] => {
  const next = ids.findIndex((other) => place(other) > place(id));
  return ids.toSpliced(next < 0 ? ids.length : next, 0, id);
};

/**
 * Heads of columns that are dragged onto one another.
 * @param move - puts a column where another one stands.
 * @returns what the head of a column is bound to.
 */
export const useColumnDrag = (move: (id: string, onto: string) => void) => {
  const dragged = ref<string | null>(null);
  const over = ref<string | null>(null);
  const end = (): void => {
    dragged.value = null;
    over.value = null;
  };
  return (id: string) => ({
    draggable: true,
    class: { 'is-over': over.value === id && dragged.value !== id },
    onDragstart: (event: DragEvent): void => {
      dragged.value = id;
      event.dataTransfer?.setData('text/plain', id);
    },
    onDragover: (event: DragEvent): void => {
      if (dragged.value === null) return;
      event.preventDefault(); // it may be dropped here
      over.value = id;
    },
    onDrop: (event: DragEvent): void => {
      event.preventDefault();
      if (dragged.value !== null) move(dragged.value, id);
      end();
    },
    onDragend: end,
  });
};
