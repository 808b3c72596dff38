import { z } from 'zod';
import { engineIds, engineInfos } from '../engines.ts';
import { setting } from './setting.ts';

/** What computes. These take effect before the engine loads, so they belong to the run. */
export const deviceConfigSchema = z.strictObject({
  engine: setting(z.enum(engineIds), {
    label: 'engine',
    help: 'What computes.',
    texts: Object.fromEntries(engineIds.map((id) => [id, engineInfos[id].name])),
  }),
  threads: setting(z.number().int().min(0).max(1024), {
    label: 'threads',
    unit: '0 = all',
    help: 'Threads inside an operation.',
    texts: { 0: 'all' },
  }),
  deterministic: setting(z.boolean(), {
    label: 'deterministic',
    help: 'Only operations that give the same bits every time.',
  }),
  tf32: setting(z.boolean(), { label: 'TF32', help: 'TF32 matrix units of NVIDIA GPUs.' }),
  memoryGrowth: setting(z.boolean(), {
    label: 'memory growth',
    help: 'Take GPU memory as it is needed, not all at once.',
  }),
  /** Where they are there and fit; else TensorFlow's. */
  ownKernels: setting(z.boolean().default(true), {
    label: 'own kernels',
    help: 'TensorFlow on a CPU: convolutions by Winograd’s minimal filtering and fused BatchNorm, faster; their last digits are others. Off: TensorFlow’s own kernels.',
  }),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;
