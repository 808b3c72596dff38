import type { DeviceStatus } from '../../../shared/device.ts';
import { installEngine, tensorflowOf } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, withLab } from '../session.ts';
import type { Settings } from '../session.ts';

/** `device`: says what this machine can train with; installs TensorFlow if asked. Exit code 3 if TensorFlow is not ready. */
export const device = async (
  settings: Settings,
  options: { install: boolean; variant: 'auto' | 'cpu' | 'gpu' },
): Promise<ExitCode> =>
  withLab(settings, 'own', async (lab) => {
    if (options.install) await installEngine(lab, options.variant);
    const status = await lab.deviceStatus({});
    await print(settings.json ? JSON.stringify(status) : deviceText(status));
    return tensorflowOf(status).state === 'ready' ? exitCodes.done : exitCodes.engine;
  });

const deviceText = (status: DeviceStatus): string =>
  [
    `Platform  ${status.platform}, Node ${status.nodeVersion}`,
    `CPU       ${status.cpuModel}, ${status.cpuCores} cores`,
    `Memory    ${(status.memoryBytes / 1e9).toFixed(1)} GB`,
    `GPU       ${status.gpu ?? 'none whose NVIDIA driver answers'}`,
    ...status.engines.flatMap((engine) => [
      `Engine    ${engine.version ?? 'TensorFlow'}: ${engine.state}`,
      ...(engine.location === null ? [] : [`          ${engine.location}`]),
      ...(engine.reason === null ? [] : [`          ${engine.reason}`]),
      ...(engine.state === 'missing' || engine.state === 'broken'
        ? ['          Install it with: esam-lab device --install']
        : []),
    ]),
    ...status.notices.map((notice) => `Notice    ${notice}`),
  ].join('\n');
