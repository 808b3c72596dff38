import type { DeviceStatus, RunEnvironment } from '../../shared/device.ts';
import { fakeProbes } from './probes.ts';

const reason =
  'TensorFlow’s library is not installed for this user. The lab can fetch it from the Python package index (274 MB) and compile its binding; pip, g++ and 1.2 GB of disk are needed.';

export const fakeDevice = (isReady: boolean): DeviceStatus => ({
  platform: 'Linux 6.8 x64',
  cpuModel: 'AMD Ryzen 7 7840U',
  cpuCores: 8,
  memoryBytes: 33_200_000_000,
  gpu: null,
  gpuMemoryBytes: null,
  nodeVersion: '24.21.0',
  electronVersion: '45.4.1',
  engines: [
    {
      id: 'tensorflow',
      state: isReady ? 'ready' : 'missing',
      version: isReady ? 'TensorFlow 2.21.0 (CPU)' : null,
      location: isReady ? '/home/ada/.cache/esam-lab/tensorflow-2.21.0-cpu' : null,
      reason: isReady ? null : reason,
      kernels: isReady
        ? 'With the lab’s own kernels for AVX-512 and AVX2; a run on the CPU uses the best that its processor has.'
        : null,
      kernelsMissing: null,
      progress: null,
    },
    {
      id: 'wasm',
      state: 'ready',
      version: 'WebAssembly SIMD',
      location: null,
      reason: null,
      kernels: null,
      kernelsMissing: null,
      progress: null,
    },
  ],
  probes: isReady ? fakeProbes : [],
  probing: null,
  probeFailures: [],
  notices: ['This window is the fake lab of the renderer’s tests: no number in it was measured.'],
});

/** A machine whose compiler is too old for the lab's kernels. */
export const fakeOldCompiler = (): DeviceStatus => {
  const device = fakeDevice(true);
  const folder = '/home/ada/.cache/esam-lab/tensorflow-2.21.0-cpu/bindings/3f2a9c5d7e8b1a60';
  const found = `${folder}/kernels/vectors.h:14:10: fatal error: immintrin.h: No such file or directory`;
  const engines = device.engines.map((engine) =>
    engine.id === 'wasm'
      ? engine
      : {
          ...engine,
          kernels: "Without the lab's own kernels, which are faster on a CPU than TensorFlow's.",
          kernelsMissing: `The lab's kernels for AVX-512 and AVX2 could not be built with g++ and loaded (${found}). To try again with another compiler, delete ${folder} and install TensorFlow again.`,
        },
  );
  return { ...device, engines };
};

export const fakeEnvironment: RunEnvironment = {
  engine: 'TensorFlow 2.21.0 (CPU, own kernels on AVX-512)',
  device: 'CPU',
  threads: 8,
  oneDnn: true,
  cpuModel: 'AMD Ryzen 7 7840U',
  cpuCores: 8,
  memoryBytes: 33_200_000_000,
  platform: 'Linux 6.8 x64',
  nodeVersion: '24.21.0',
  labVersion: '0.1.0',
  datasetSha256: '5a3c0cb1f4b4b9e1f1d0c1f6a2b8d7e6c5b4a39281706f5e4d3c2b1a09f8e7d6',
  parameterCount: 93322,
  parameterTensors: 14,
  trainExamples: 12000,
  testExamples: 10000,
};

/** A picture of a label, as a PNG data URL. */
export const fakePicture = (text: string): string => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 28;
  const context = canvas.getContext('2d');
  if (!context) return '';
  context.fillStyle = '#000';
  context.fillRect(0, 0, 28, 28);
  context.fillStyle = '#fff';
  context.font = '20px serif';
  context.textAlign = 'center';
  context.fillText(text.slice(0, 2), 14, 21);
  return canvas.toDataURL();
};
