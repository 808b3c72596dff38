import { formatCount } from '../format.ts';
import { linearTicks, type Tick } from '../../shared/figures/ticks.ts';

/** Fewer tell no scale. */
const leastTicks = 4;

/** Round ticks on an axis, about one for each of so many pixels, and at least four. @param isCounted - whole numbers only. */
export const plotTicks = (min: number, max: number, length: number, each: number, isCounted = false): Tick[] => {
  const fitting = (ticks: Tick[]): Tick[] =>
    isCounted ? ticks.filter(({ at }) => Number.isInteger(at)).map(({ at }) => ({ at, text: formatCount(at) })) : ticks;
  let wanted = Math.max(leastTicks, Math.round(length / each));
  let ticks = fitting(linearTicks(min, max, wanted));
  // Steps of 1, 2 and 5 may give fewer than were wanted.
  while (ticks.length < leastTicks && wanted < 24) {
    wanted += 2;
    ticks = fitting(linearTicks(min, max, wanted));
  }
  return ticks;
};
