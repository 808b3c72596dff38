import type { LabInput } from '../../shared/labApi.ts';
import type { Lab } from '../lab/lab.ts';
import { followDevice } from './followDevice.ts';
import { say } from './session.ts';

/**
 * Runs the self-test and says what it does; Ctrl-C cancels.
 * @returns whether it went to its end.
 * @throws LabError DEVICE_BUSY, ENGINE_*.
 */
export const selfTest = async (lab: Lab, wanted: LabInput<'selfTest'>): Promise<boolean> => {
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
    void lab.cancelSelfTest({});
  };
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  try {
    await lab.selfTest(wanted);
    let shown = '';
    const { selfTestFailures } = await followDevice(lab, ({ selfTesting }) => {
      if (selfTesting === null) return true;
      const line = `${selfTesting.engine}, ${selfTesting.precision}: ${selfTesting.message}`;
      if (line !== shown) say(line);
      shown = line;
      return false;
    });
    selfTestFailures.forEach(say);
    return !isCancelled;
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
};
