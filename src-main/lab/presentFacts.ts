import { arch, platform } from 'node:os';
import type { ExactFacts } from '../../shared/environments.ts';
import type { DeviceConfig } from '../../shared/runConfig.ts';
import { processor, threadsOf } from './processor.ts';
import type { Runtime } from './runtime.ts';

type Found = Awaited<ReturnType<Runtime['tensorflow']>>;

/**
 * What a trainer started here would record of what decides on its bits, as far as that is known before it starts: neither which of the
 * instruction sets it will take nor, unless TF_ENABLE_ONEDNN_OPTS says so, whether TensorFlow takes oneDNN.
 */
export const presentFacts = async (runtime: Runtime, labVersion: string) => {
  // Where TensorFlow is missing or damaged the queue waits, and says so.
  const tensorflow = await runtime.tensorflow().catch(() => null);
  const { cpuModel, cpuCores } = processor();
  /** @param then - of where a run trained before. */
  return (device: DeviceConfig, then: ExactFacts): ExactFacts => ({
    processor: cpuModel,
    ...(then['system'] !== undefined && { system: `${platform()} ${arch()}` }),
    'ESAM Lab': labVersion,
    ...(device.engine === 'tensorflow' && {
      ...threadFacts(threadsOf(device), cpuCores),
      ...(tensorflow !== null && libraryFacts(tensorflow, device, then)),
    }),
  });
};

const threadFacts = (threads: number, cores: number): ExactFacts => ({
  threads: String(threads),
  cores: String(cores),
});

const libraryFacts = ({ version, variant, kernels }: Found, { ownKernels }: DeviceConfig, then: ExactFacts) => {
  const oneDnn = process.env['TF_ENABLE_ONEDNN_OPTS'];
  const hasKernels = ownKernels && kernels.modules.length > 0 && variant === 'cpu';
  const known = then['own kernels'] ?? 'none';
  return {
    ...(/^\d/.test(version) && { engine: `TensorFlow ${version} (${variant.toUpperCase()})` }),
    'own kernels': hasKernels ? (known === 'none' ? 'in use' : known) : 'none',
    ...(oneDnn !== undefined && { oneDNN: oneDnn === '0' || oneDnn === 'false' ? 'off' : 'on' }),
  };
};
