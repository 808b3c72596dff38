import type { LabApi } from '../../../shared/labApi.ts';
import { fakeDevice } from '../machine.ts';
import { fakeDistrusted, fakeProbing } from '../probes.ts';
import { tickMs } from '../trainer.ts';
import type { FakeWorkspace } from '../workspace.ts';

type DeviceApi = Pick<LabApi, 'deviceStatus' | 'installRuntime' | 'cancelInstall' | 'probe' | 'cancelProbe'>;

/** Engines, an installation and a self-test that take a few ticks. */
export const fakeDeviceRequests = (workspace: FakeWorkspace): DeviceApi => {
  let installing: ReturnType<typeof setInterval> | undefined;
  let probing: ReturnType<typeof setInterval> | undefined;

  const install = (share: number): void => {
    const { device } = workspace;
    const [engine] = device.engines;
    if (!engine) return;
    const progress = {
      stage: 'download' as const,
      message: 'Downloading tensorflow-cpu 2.21.0',
      bytes: Math.min(1, share) * 274e6,
      totalBytes: 274e6,
    };
    if (share >= 1) {
      clearInterval(installing);
      workspace.setDevice({ ...fakeDevice(true), probes: [] });
    } else {
      const engines = [{ ...engine, state: 'installing' as const, progress }, ...device.engines.slice(1)];
      workspace.setDevice({ ...device, engines });
    }
  };
  const probe = (at: number): void => {
    const stage = fakeProbing[at];
    const share = at / fakeProbing.length;
    if (stage === undefined) {
      clearInterval(probing);
      workspace.setDevice({ ...workspace.device, probing: null, probes: fakeDistrusted() });
    } else {
      workspace.setDevice({ ...workspace.device, probing: { ...stage, share } });
    }
  };

  return {
    deviceStatus: async () => workspace.device,
    installRuntime: async () => {
      let share = 0;
      clearInterval(installing);
      installing = setInterval(() => install((share += 0.1)), tickMs);
      return {};
    },
    cancelInstall: async () => {
      clearInterval(installing);
      workspace.setDevice(fakeDevice(false));
      return {};
    },
    probe: async () => {
      workspace.mayChange();
      let at = 0;
      clearInterval(probing);
      probing = setInterval(() => probe(at++), tickMs);
      return {};
    },
    cancelProbe: async () => {
      clearInterval(probing);
      workspace.setDevice({ ...workspace.device, probing: null });
      return {};
    },
  };
};
