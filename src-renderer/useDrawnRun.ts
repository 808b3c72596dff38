import { useThrottleFn } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';
import type { RunDetail } from '../shared/run.ts';

const drawingMs = 2000;

/**
 * A run as its curves show it: while it trains they follow every two seconds, for drawing takes of the processor that trains. Another run is
 * drawn at once, and so is the end of one.
 */
export const useDrawnRun = (detail: () => RunDetail): Readonly<ShallowRef<RunDetail>> => {
  const drawn = shallowRef(detail());
  const draw = (): void => {
    drawn.value = detail();
  };
  const drawSoon = useThrottleFn(draw, drawingMs, true);
  watch(detail, ({ run }) => {
    if (run.state === 'running' && run.id === drawn.value.run.id) void drawSoon();
    else draw();
  });
  return drawn;
};
