import type { DeviceStatus } from '../../shared/device.ts';
import type { Lab } from '../lab/lab.ts';

/**
 * Follows what was started on the machine, an installation or a self-test, to its end.
 * @param isOver - hears of every change, and of how things stand now: it may have ended before anything was told.
 */
export const followDevice = async (lab: Lab, isOver: (status: DeviceStatus) => boolean): Promise<DeviceStatus> => {
  let stopListening = (): void => undefined;
  try {
    return await new Promise<DeviceStatus>((resolve, reject) => {
      const look = (status: DeviceStatus): void => {
        if (isOver(status)) resolve(status);
      };
      stopListening = lab.onEvent((event) => {
        if (event.type === 'deviceChanged') look(event.status);
      });
      lab.deviceStatus({}).then(look, reject);
    });
  } finally {
    stopListening();
  }
};
