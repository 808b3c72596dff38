import type { LabInput } from '../../shared/labApi.ts';
import type { Lab } from '../lab/lab.ts';
import { followDevice } from './followDevice.ts';
import { say } from './session.ts';

/**
 * Runs the self-test and says what it does; Ctrl-C cancels.
 * @returns whether it went to its end.
 * @throws LabError PROBE_BUSY, ENGINE_*.
 */
export const selfTest = async (lab: Lab, wanted: LabInput<'probe'>): Promise<boolean> => {
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
    void lab.cancelProbe({});
  };
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  try {
    await lab.probe(wanted);
    let shown = '';
    const { probeFailures } = await followDevice(lab, ({ probing }) => {
      if (probing === null) return true;
      const line = `${probing.engine}, ${probing.precision}: ${probing.message}`;
      if (line !== shown) say(line);
      shown = line;
      return false;
    });
    probeFailures.forEach(say);
    return !isCancelled;
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
};
