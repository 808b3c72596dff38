import type { DeviceStatus } from '../../../shared/device.ts';
import type { LabInput } from '../../../shared/labApi.ts';
import { installEngine, tensorflowOf } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { selfTestText } from '../selfTestText.ts';
import { selfTest } from '../selfTest.ts';
import { print, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';

export interface DeviceOptions {
  readonly install: boolean;
  readonly variant: 'auto' | 'cpu' | 'gpu';
  /** What to measure; null: nothing. */
  readonly test: LabInput<'selfTest'> | null;
}

/**
 * `device`: says what this machine can train with; installs TensorFlow and measures the engines if asked. Exit code 3 if TensorFlow is
 * not ready, 1 if something could not be measured.
 */
export const device = async (settings: Settings, { install, variant, test }: DeviceOptions): Promise<ExitCode> =>
  (test === null ? withView : withOwner)(settings, async (lab) => {
    if (install) await installEngine(lab, variant);
    const isWhole = test === null || (await selfTest(lab, test));
    const status = await lab.deviceStatus({});
    await print(settings.json ? JSON.stringify(status) : deviceText(status));
    if (!isWhole) return exitCodes.interrupted;
    if (status.selfTestFailures.length > 0) return exitCodes.failed;
    return tensorflowOf(status).state === 'ready' || test?.engine === 'wasm' ? exitCodes.done : exitCodes.engine;
  });

const deviceText = (status: DeviceStatus): string =>
  [
    `Platform  ${status.platform}, Node ${status.nodeVersion}`,
    `CPU       ${status.cpuModel}, ${status.cpuCores} cores`,
    `Memory    ${(status.memoryBytes / 1e9).toFixed(1)} GB`,
    `GPU       ${status.gpu ?? 'none whose NVIDIA driver answers'}${status.gpuMemoryBytes === null ? '' : `, ${(status.gpuMemoryBytes / 1e9).toFixed(1)} GB`}`,
    ...status.engines.flatMap((engine) => [
      `Engine    ${engine.version ?? 'TensorFlow'}: ${engine.state}`,
      ...[engine.kernels, engine.kernelsMissing, engine.location, engine.reason].flatMap((text) =>
        text === null ? [] : [`          ${text}`],
      ),
      ...(engine.state === 'missing' || engine.state === 'broken'
        ? ['          Install it with: esam-lab device --install']
        : []),
    ]),
    ...status.notices.map((notice) => `Notice    ${notice}`),
    ...selfTestText(status.selfTests),
  ].join('\n');
