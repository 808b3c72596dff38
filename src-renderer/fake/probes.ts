import { engineInfos, measuredEngines } from '../../shared/engines.ts';
import { type DeviceProbe, type ProbeSpeed } from '../../shared/probe.ts';

const macs = { resnet8: 12_501_632, resnet18: 555_422_720 };

const speed = (model: keyof typeof macs, batchSize: number, imagesPerSecond: number): ProbeSpeed => ({
  model,
  batchSize,
  macs: macs[model],
  imagesPerSecond,
  gflops: (6 * macs[model] * imagesPerSecond) / 1e9,
});

const probe = (
  engine: DeviceProbe['engine'],
  precision: DeviceProbe['precision'],
  speeds: readonly [small: number, medium: number],
  convolutionGflops: number,
  gradientDeviation: number,
): DeviceProbe => ({
  engine,
  precision,
  at: '2026-11-23T14:05:00.000Z',
  labVersion: '0.1.0',
  cpuModel: 'AMD Ryzen 7 7840U',
  cpuCores: 8,
  gpu: null,
  gpuMemoryBytes: null,
  version:
    engine === 'wasm' ? 'WebAssembly relaxed SIMD (CPU, 8 threads)' : 'TensorFlow 2.21.0 (CPU, own kernels on AVX-512)',
  device: 'CPU',
  threads: 8,
  oneDnn: engine === 'wasm' ? null : true,
  settings: { engine, threads: 0, deterministic: false, tf32: false, memoryGrowth: true, ownKernels: true },
  steps: 10,
  speeds: [speed('resnet8', 128, speeds[0]), speed('resnet18', 32, speeds[1])],
  convolutionGflops,
  gradientDeviation,
  deviatesMost: 'stem.kernel',
});

export const fakeProbes: DeviceProbe[] = [
  probe('tensorflow', 'float32', [5210, 141], 676, 5.77e-7),
  probe('tensorflow', 'bfloat16', [6940, 262], 1410, 0.0212),
  probe('wasm', 'float32', [3120, 58.4], 261, 5.82e-7),
];

/** A self-test that finds float32 of WebAssembly wrong: what it tells every tick, null at its end. */
export const fakeProbing = measuredEngines.flatMap((engine) =>
  engineInfos[engine].precisions.flatMap((precision) =>
    ['Comparing gradients with the reference', 'Measuring convolutions', 'Training ResNet-8', 'Training ResNet-18'].map(
      (message) => ({ engine, precision, message }),
    ),
  ),
);

export const fakeDistrusted = (): DeviceProbe[] => {
  const at = new Date().toISOString();
  return fakeProbes.map((each) => ({
    ...each,
    at,
    gradientDeviation: each.engine === 'wasm' ? 0.31 : each.gradientDeviation,
  }));
};
