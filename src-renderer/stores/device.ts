import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { DeviceStatus } from '../../shared/device.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

export const runtimeVariants = ['auto', 'cpu', 'gpu'] as const;
export type RuntimeVariant = (typeof runtimeVariants)[number];

/** The machine, its engines and their installation. */
export const useDevice = defineStore('device', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const status = shallowRef<DeviceStatus | null>(null);

  const reading = 'Look at the device';
  const failure = problems.failureOf(reading, () => status.value !== null);
  const load = async (): Promise<void> => {
    status.value = (await problems.attempt(reading, () => lab.deviceStatus({}))) ?? status.value;
  };
  const install = (variant: RuntimeVariant): Promise<unknown> =>
    problems.attempt('Install TensorFlow', () => lab.installRuntime({ variant }));
  const cancelInstall = (): Promise<unknown> =>
    problems.attempt('Cancel the installation', () => lab.cancelInstall({}));

  const selfTest = (): Promise<unknown> => problems.attempt('Run the self-test', () => lab.selfTest({}));
  const cancelSelfTest = (): Promise<unknown> => problems.attempt('Cancel the self-test', () => lab.cancelSelfTest({}));

  /** False only when the lab said that TensorFlow, which presets train on, is not ready. */
  const canTrain = computed(
    () => status.value?.engines.some(({ id, state }) => id === 'tensorflow' && state === 'ready') ?? true,
  );

  /** The engine to propose: WebAssembly, which comes with the lab, where TensorFlow is neither there nor on its way. */
  const engineAtHand = computed<'tensorflow' | 'wasm'>(() => {
    const tensorflow = status.value?.engines.find(({ id }) => id === 'tensorflow');
    return tensorflow?.state === 'missing' || tensorflow?.state === 'broken' ? 'wasm' : 'tensorflow';
  });

  onEvent((event) => {
    if (event.type === 'deviceChanged') status.value = event.status;
  });

  return { status, failure, canTrain, engineAtHand, load, install, cancelInstall, selfTest, cancelSelfTest };
});
