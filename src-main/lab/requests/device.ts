import type { LabApi } from '../../../shared/labApi.ts';
import { readPresets } from '../presets.ts';
import type { Runtime } from '../runtime.ts';
import { doing } from './answering.ts';

type DeviceApi = Pick<LabApi, 'deviceStatus' | 'installRuntime' | 'cancelInstall' | 'presets'>;

/** Requests about the machine and about what comes with the app. */
export const deviceRequests = (runtime: Runtime, presetsFolder: string): DeviceApi => ({
  deviceStatus: () => runtime.status(),
  installRuntime: doing(({ variant }) => runtime.install(variant)),
  cancelInstall: async () => {
    await runtime.cancelInstall();
    return {};
  },
  presets: () => readPresets(presetsFolder),
});
