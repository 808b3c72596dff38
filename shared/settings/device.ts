import { engineIds, engineInfos } from '../engines.ts';
import type { Settings } from './setting.ts';

/** What computes. */
export const deviceSettings = {
  'device.engine': {
    label: 'engine',
    help: 'What computes.',
    texts: Object.fromEntries(engineIds.map((id) => [id, engineInfos[id].name])),
  },
  'device.threads': { label: 'threads', unit: '0 = all', help: 'Threads inside an operation.', texts: { 0: 'all' } },
  'device.deterministic': { label: 'deterministic', help: 'Only operations that give the same bits every time.' },
  'device.tf32': { label: 'TF32', help: 'TF32 matrix units of NVIDIA GPUs.' },
  'device.memoryGrowth': { label: 'memory growth', help: 'Take GPU memory as it is needed, not all at once.' },
  'device.ownKernels': {
    label: 'own kernels',
    help: 'TensorFlow on a CPU: convolutions by Winograd’s minimal filtering and fused BatchNorm, faster; their last digits are others. Off: TensorFlow’s own kernels.',
  },
} satisfies Settings;
