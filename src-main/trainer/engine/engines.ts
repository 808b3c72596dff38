import type { EngineId } from '../../../shared/engines.ts';
import { LabError } from '../../../shared/errors.ts';
import type { DeviceConfig } from '../../../shared/runConfig.ts';
import type { Ops } from './ops.ts';
import { referenceOps } from './referenceOps.ts';
import { tensorflowOps } from './tensorflowOps.ts';
import { wasmOps } from './wasmOps.ts';

/** @param bindingPath - TensorFlow's compiled binding; null where none is installed. */
type Open = (device: DeviceConfig, bindingPath: string | null) => Ops;

const engines: Readonly<Record<EngineId, Open>> = {
  tensorflow: (device, bindingPath) => {
    if (bindingPath !== null) return tensorflowOps(bindingPath, device);
    throw new LabError(
      'ENGINE_MISSING',
      'TensorFlow is not installed. Install it on the Device page or with "esam-lab device --install", or train on the WebAssembly engine.',
    );
  },
  wasm: ({ threads }) => wasmOps({ threads }),
  reference: () => referenceOps(),
};

/**
 * Opens the engine that a run asks for.
 * @throws LabError ENGINE_MISSING, ENGINE_BROKEN.
 */
export const openEngine: Open = (device, bindingPath) => engines[device.engine](device, bindingPath);
