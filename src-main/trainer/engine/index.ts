import { LabError } from '../../../shared/errors.ts';
import type { DeviceConfig } from '../../../shared/runConfig.ts';
import type { Ops } from './ops.ts';
import { referenceOps } from './referenceOps.ts';
import { tensorflowOps } from './tensorflowOps.ts';
import { wasmOps } from './wasmOps.ts';

/**
 * Opens the engine that a run asks for.
 * @param bindingPath - TensorFlow's compiled binding; null where none is installed.
 * @throws LabError ENGINE_MISSING, ENGINE_BROKEN.
 */
export const openEngine = (device: DeviceConfig, bindingPath: string | null): Ops => {
  if (device.engine === 'reference') return referenceOps();
  if (device.engine === 'wasm') return wasmOps({ threads: device.threads });
  if (bindingPath === null) {
    throw new LabError(
      'ENGINE_MISSING',
      'TensorFlow is not installed. Install it on the Device page or with "esam-lab device --install", or train on the WebAssembly engine.',
    );
  }
  return tensorflowOps(bindingPath, device);
};
