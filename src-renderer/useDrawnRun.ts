import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { RunDetail } from '../shared/run.ts';

/** Less than from one telling of a run's progress to the next: drawn in its turn, so that the page is drawn once for both. */
const drawingMs = 1800;

/**
 * A run as its curves show it: while it trains they follow every two seconds, for drawing takes of the processor that trains. Another run is
 * drawn at once, and so is the end of one.
 */
export const useDrawnRun = (detail: () => RunDetail): Readonly<ShallowRef<RunDetail>> => {
  const drawn = shallowRef(detail());
  let drawnAt = performance.now();
  /** Draws what nothing else followed. */
  let late: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    drawnAt = performance.now();
    drawn.value = detail();
  };
  watch(detail, ({ run }) => {
    const follows = run.state === 'running' && run.id === drawn.value.run.id;
    clearTimeout(late);
    if (!follows || performance.now() - drawnAt >= drawingMs) draw();
    else late = setTimeout(draw, drawingMs);
  });
  onScopeDispose(() => clearTimeout(late));
  return drawn;
};
