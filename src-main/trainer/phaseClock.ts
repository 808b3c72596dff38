import { phases, type Phase, type PhaseMs } from '../../shared/metrics.ts';
import { activeNow } from './activeClock.ts';
import type { Ops } from './engine/ops.ts';
import type { PhaseClock } from './optimizers/index.ts';

export const noPhaseMs = (): PhaseMs => Object.fromEntries(phases.map((phase) => [phase, 0])) as PhaseMs;

/** A clock that adds up the time of each phase until it is read. */
export interface SteppingClock extends PhaseClock {
  /** Adds time that was measured elsewhere. */
  add(phase: Phase, ms: number): void;
  /** Milliseconds per phase since the last `take`. */
  take(): PhaseMs;
  /** Whether the next phases wait for the device at their end: exact, but it costs a little on a GPU. */
  setExact(isExact: boolean): void;
}

/** Measures phases; TensorFlow's CPU kernels have finished when they return, a GPU's only when asked to synchronise. */
export const phaseClock = (ops: Ops): SteppingClock => {
  let sums = noPhaseMs();
  let isExact = false;
  return {
    measure(phase: Phase, work) {
      const start = activeNow();
      const result = work();
      if (isExact) ops.synchronize();
      sums[phase] += activeNow() - start;
      return result;
    },
    add(phase, ms) {
      sums[phase] += ms;
    },
    take() {
      const taken = sums;
      sums = noPhaseMs();
      return taken;
    },
    setExact(exact) {
      isExact = exact;
    },
  };
};
