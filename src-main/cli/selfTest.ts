import type { DeviceStatus } from '../../shared/device.ts';
import type { LabInput } from '../../shared/labApi.ts';
import type { Lab } from '../lab/service.ts';
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
  let stopListening = (): void => undefined;
  try {
    const ended = new Promise<DeviceStatus>((resolve) => {
      let shown = '';
      let hasStarted = false;
      stopListening = lab.onEvent((event) => {
        if (event.type !== 'deviceChanged') return;
        const { probing } = event.status;
        if (probing !== null) {
          hasStarted = true;
          const line = `${probing.engine}, ${probing.precision}: ${probing.message}`;
          if (line !== shown) say(line);
          shown = line;
        } else if (hasStarted) resolve(event.status);
      });
    });
    await lab.probe(wanted);
    (await ended).probeFailures.forEach(say);
    return !isCancelled;
  } finally {
    stopListening();
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
};
