import { expect, test } from 'vitest';
import { readGpu } from '../../src-main/runtimes/tensorflow/gpu.ts';

test.for([
  [
    'NVIDIA H100 PCIe, 81559\nNVIDIA H100 PCIe, 81559\n',
    { name: 'NVIDIA H100 PCIe', memoryBytes: 81559 * 1024 * 1024 },
  ],
  ['Tegra, Orin, [N/A]\n', { name: 'Tegra, Orin', memoryBytes: null }],
  ['', null],
] as const)('what nvidia-smi says of its first GPU: %j', ([text, gpu]) => {
  expect(readGpu(text)).toEqual(gpu);
});
