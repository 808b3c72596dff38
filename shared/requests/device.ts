import { z } from 'zod';
import { deviceStatusSchema } from '../device.ts';
import { measuredEngines } from '../engines.ts';
import { presetSchema } from '../experiment.ts';
import { selfTestStepsSchema } from '../selfTest.ts';
import { type Contract, nothing } from './contract.ts';

/** Engines of this machine, and the presets made for them. */
export const deviceApi = {
  deviceStatus: { input: nothing, output: deviceStatusSchema },
  /** Starts the installation and returns at once; progress comes as `deviceChanged`. */
  installRuntime: { input: z.strictObject({ variant: z.enum(['auto', 'cpu', 'gpu']) }), output: nothing },
  cancelInstall: { input: nothing, output: nothing },
  /**
   * Starts the self-test, of one engine or of all that are ready, and returns at once; progress and results come as `deviceChanged`.
   * Refused while a run trains; runs that wait start when it is over.
   */
  selfTest: {
    input: z.strictObject({ engine: z.enum(measuredEngines).optional(), steps: selfTestStepsSchema.optional() }),
    output: nothing,
  },
  cancelSelfTest: { input: nothing, output: nothing },
  presets: { input: nothing, output: z.array(presetSchema) },
} as const satisfies Contract;
