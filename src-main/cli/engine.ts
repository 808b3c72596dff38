import type { DeviceStatus, EngineStatus } from '../../shared/device.ts';
import { LabError } from '../../shared/errors.ts';
import { expandGroups } from '../../shared/experiment.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { Lab } from '../lab/lab.ts';
import { followDevice } from './followDevice.ts';
import { installReporter } from './installReporter.ts';
import { say } from './session.ts';

export const tensorflowOf = ({ engines }: DeviceStatus): EngineStatus => {
  const status = engines.find(({ id }) => id === 'tensorflow');
  if (status === undefined) throw new Error('the lab does not name TensorFlow');
  return status;
};

/**
 * Makes sure that TensorFlow is there, installing it if it is missing and that is wanted.
 * @throws LabError ENGINE_MISSING, ENGINE_BROKEN, or as `installEngine`.
 */
export const ensureEngine = async (lab: Lab, install: boolean): Promise<void> => {
  const { state, reason } = tensorflowOf(await lab.deviceStatus({}));
  if (state === 'ready') return;
  if (state === 'missing' && install) {
    say('TensorFlow is missing; installing it once for this user.');
    return installEngine(lab, 'auto');
  }
  const code = state === 'broken' ? 'ENGINE_BROKEN' : 'ENGINE_MISSING';
  throw new LabError(code, `TensorFlow is ${state}. ${reason ?? ''} Install it with: esam-lab device --install`);
};

/**
 * The experiment as it can be trained: on WebAssembly where it asks for TensorFlow, which is missing and cannot be installed. What is
 * chosen is said, and stands in the configuration of every run.
 * @throws LabError ENGINE_MISSING, ENGINE_BROKEN, INSTALL_CANCELLED.
 */
export const onEngineAtHand = async (lab: Lab, experiment: Experiment, install: boolean): Promise<Experiment> => {
  const { shared } = experiment;
  if (shared.device.engine !== 'tensorflow') return experiment;
  const needsBfloat16 = expandGroups(experiment).some(
    ({ precision, optimizer }) =>
      precision === 'bfloat16' || ('selectionPrecision' in optimizer && optimizer.selectionPrecision === 'bfloat16'),
  );
  try {
    await ensureEngine(lab, install);
    return experiment;
  } catch (error) {
    const isFailure = error instanceof LabError && error.code.startsWith('INSTALL_');
    if (!isFailure || error.code === 'INSTALL_CANCELLED' || needsBfloat16) throw error;
    say(`TensorFlow cannot be had: ${error.message}\nTraining on the WebAssembly engine instead.`);
    return { ...experiment, shared: { ...shared, device: { ...shared.device, engine: 'wasm' } } };
  }
};

/**
 * Installs TensorFlow and shows how far it is. Ctrl-C cancels.
 * @throws LabError INSTALL_FAILED, INSTALL_CANCELLED.
 */
export const installEngine = async (lab: Lab, variant: 'auto' | 'cpu' | 'gpu'): Promise<void> => {
  const cancel = new AbortController();
  const onInterrupt = (): void => {
    cancel.abort();
    void lab.cancelInstall({});
  };
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  try {
    const status = await installed(lab, variant);
    if (cancel.signal.aborted) {
      throw new LabError('INSTALL_CANCELLED', 'The installation was cancelled; the next one goes on where it stopped.');
    }
    if (status.state !== 'ready') {
      throw new LabError('INSTALL_FAILED', status.reason ?? 'The installation of TensorFlow failed.');
    }
    say(
      [`${status.version ?? 'TensorFlow'} is ready.`, status.kernels, status.kernelsMissing].filter(Boolean).join(' '),
    );
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  }
};

/** Starts the installation and waits until it has ended, well or not. */
const installed = async (lab: Lab, variant: 'auto' | 'cpu' | 'gpu'): Promise<EngineStatus> => {
  const reporter = installReporter();
  try {
    await lab.installRuntime({ variant });
    const ended = await followDevice(lab, (device) => {
      const { state, progress } = tensorflowOf(device);
      if (progress !== null) reporter.progress(progress);
      return state !== 'installing';
    });
    return tensorflowOf(ended);
  } finally {
    reporter.end();
  }
};
