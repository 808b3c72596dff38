const tickMs = 1000;

/**
 * Calls back once when nothing was heard for `silenceMs`, by the monotonic clock. Time in which this very process stood still (a stopped
 * or suspended machine) does not count: what was sent meanwhile may not have been read yet. Nor does time in which who is listened to was stopped.
 */
export const watchSilence = (silenceMs: number, onSilence: () => void, isStopped: () => boolean = () => false) => {
  let lastHeard = performance.now();
  let lastTick = lastHeard;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const isSilent = now - lastHeard > 2 * tickMs;
      if (now - lastTick > 5 * tickMs || (isSilent && isStopped())) lastHeard = now;
      lastTick = now;
      if (now - lastHeard < silenceMs) return;
      clearInterval(timer);
      onSilence();
    },
    Math.min(tickMs, silenceMs / 4),
  );
  return {
    heard: (): void => {
      lastHeard = performance.now();
    },
    stop: (): void => clearInterval(timer),
  };
};
