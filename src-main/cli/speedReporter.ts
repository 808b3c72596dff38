import type { LabEvent } from '../../shared/labEvent.ts';
import { say } from './session.ts';

/** Lines that differ in their numbers alone are said so often. */
const everyMs = 5000;

/** Says how far a measurement of speeds is. */
export const speedReporter = (): ((event: LabEvent) => void) => {
  let shown = '';
  let lastAt = -Infinity;
  return (event) => {
    if (event.type !== 'speedProgressed' || event.progress === null) return;
    const { message, share } = event.progress;
    const kind = message.replace(/[\d.]+/g, '');
    if (kind === shown && performance.now() - lastAt < everyMs) return;
    shown = kind;
    lastAt = performance.now();
    say(`Measuring speeds: ${message} (${Math.round(100 * share)} % of the time allowed)`);
  };
};
