import type { Requests } from '../../../shared/labApi.ts';
import type { deviceApi } from '../../../shared/requests/device.ts';
import { readPresets } from '../presets.ts';
import type { Runtime } from '../runtime.ts';
import type { SelfTest } from '../selfTest.ts';
import { answering, doing } from './answering.ts';

type DeviceApi = Requests<typeof deviceApi>;

/** Requests about the machine and about what comes with the app. */
export const deviceRequests = (
  runtime: Runtime,
  selfTest: SelfTest,
  presetsFolder: string,
  note: (notice: string | null) => void,
): DeviceApi => ({
  deviceStatus: () => runtime.status(),
  installRuntime: doing(({ variant }) => runtime.install(variant)),
  cancelInstall: async () => {
    await runtime.cancelInstall();
    return {};
  },
  selfTest: async (wanted) => {
    await selfTest.start(wanted);
    return {};
  },
  cancelSelfTest: async () => {
    await selfTest.cancel();
    return {};
  },
  presets: answering(() => {
    const { found, problems } = readPresets(presetsFolder);
    problems.forEach((problem) => console.error(problem));
    note(problems.length === 0 ? null : problems.join(' '));
    return [...found];
  }),
});
