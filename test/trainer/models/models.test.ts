import { describe, expect, test } from 'vitest';
import { modelInfos, modelNameOf } from '../../../shared/models.ts';
import { modelIds, type ModelConfig, type ModelId } from '../../../shared/runConfig.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import { parameterCountOf } from '../../../src-main/trainer/engine/network.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { initialState } from '../../../src-main/trainer/initialState.ts';
import { networkOf } from '../../../src-main/trainer/models/index.ts';

type Expected = {
  model: ModelId;
  input: [number, number, number];
  parameters: number;
  tensors: number;
  macs: number;
};

const deepMlps = (['serial', 'general'] as const).map((wiring): ModelConfig => ({
  id: 'deep-mlp',
  layers: 2,
  width: 16,
  wiring,
}));
const fixedModels = modelIds.flatMap((id): ModelConfig[] => (id === 'deep-mlp' ? deepMlps : [{ id }]));

test.each(fixedModels.map((model) => ({ name: modelNameOf(model), model })))(
  '$name is said to normalise where it does',
  ({ model }) => {
    const side = modelInfos[model.id].madeFor ?? 32;
    const roles = networkOf(model, [side, side, 3], 10).parameters.map(({ role }) => role);
    expect(roles.includes('scale')).toBe(modelInfos[model.id].normalises(model));
  },
);

test('the deep MLP is as deep and wide as it is asked for, with one tensor a layer or with four', () => {
  const of = (wiring: 'serial' | 'general') =>
    networkOf({ id: 'deep-mlp', layers: 50, width: 30, wiring }, [28, 28, 1], 10);
  expect(of('serial').parameters).toHaveLength(1 + 50 + 1);
  expect(parameterCountOf(of('serial'))).toBe(784 * 30 + 50 * 30 * 30 + 30 * 10);
  // Kernel, bias, scale and offset.
  expect(of('general').parameters).toHaveLength(1 + 4 * 50 + 1);
  expect(parameterCountOf(of('general'))).toBe(784 * 30 + 50 * (30 * 30 + 3 * 30) + 30 * 10);
});

describe('sizes for ten classes', () => {
  test.each<Expected>([
    // A 3×3 convolution of I to O channels has 9·I·O weights, a BatchNorm of C channels 2·C.
    // stem 1,728 + 128; 64: 4·(36,864 + 128) = 147,968;
    // 128: (73,728 + 256) + (8,192 + 256) + 3·(147,456 + 256) = 525,568; likewise 256: 2,099,712; 512: 8,393,728;
    // dense 512·10 + 10 = 5,130. Tensors: 20 convolutions, 20 BatchNorms of two, dense of two.
    // MACs: 32²·(1,728 + 4·36,864) + 16²·524,288 + 8²·2,097,152 + 4²·8,388,608 + 5,120 (weights of convolutions per group).
    { model: 'resnet18', input: [32, 32, 3], parameters: 11_173_962, tensors: 62, macs: 555_422_720 },
    // stem 432 + 32; 16: 2·(2,304 + 32); 32: (4,608 + 64) + (9,216 + 64) + (512 + 64);
    // 64: (18,432 + 128) + (36,864 + 128) + (2,048 + 128); dense 640 + 10. Tensors: 9 convolutions, 9 BatchNorms, dense.
    // MACs: 32²·(432 + 4,608) + 16²·14,336 + 8²·57,344 + 640.
    { model: 'resnet8', input: [32, 32, 3], parameters: 78_042, tensors: 29, macs: 12_501_632 },
    // 288 + 64, 18,432 + 128, 73,728 + 256, dense 1,280 + 10. MACs: 28²·288 + 14²·18,432 + 7²·73,728 + 1,280.
    { model: 'convnet', input: [28, 28, 1], parameters: 94_186, tensors: 11, macs: 7_452_416 },
    // 784·256 + 256, 256·256 + 256, 256·10 + 10; MACs are the products.
    { model: 'mlp', input: [28, 28, 1], parameters: 269_322, tensors: 6, macs: 268_800 },
    // 784·256 + 10·256² + 256·10, no biases; MACs are the weights.
    { model: 'deep-mlp', input: [28, 28, 1], parameters: 858_624, tensors: 12, macs: 858_624 },
  ])('$model', ({ model, input, parameters, tensors, macs }) => {
    const network = networkOf(model, input, 10);
    expect(parameterCountOf(network)).toBe(parameters);
    expect(network.parameters).toHaveLength(tensors);
    expect(new Set(network.parameters.map(({ name }) => name)).size).toBe(tensors);
    expect(network.macs).toBe(macs);
    expect(network.classes).toBe(10);
  });
});

test('parameters start as PyTorch starts them: U(−1/√fanIn, 1/√fanIn), BatchNorm at scale 1 and offset 0', () => {
  const ops = referenceOps();
  const network = networkOf('resnet8', [32, 32, 3], 10);
  const state = initialState(ops, network, randomStream(1, 'weights'));
  network.parameters.forEach(({ name, shape }, index) => {
    const tensor = state.parameters[index];
    const values = tensor === undefined ? [] : [...ops.download(tensor)];
    if (name.endsWith('.scale')) return expect(new Set(values), name).toEqual(new Set([1]));
    if (name.endsWith('.offset')) return expect(new Set(values), name).toEqual(new Set([0]));

    const fanIn = name === 'dense.bias' ? 64 : shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const bound = 1 / Math.sqrt(fanIn);
    const n = values.length;
    expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(bound);
    if (n < 100) return;
    // Mean 0 ± bound/√(3n); variance bound²/3, of which n draws tell √(1/5 − 1/9)·3/√n = 0.894/√n in proportion. Five sd each.
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean), name).toBeLessThan((5 * bound) / Math.sqrt(3 * n));
    expect(Math.abs((3 * variance) / bound ** 2 - 1), name).toBeLessThan((5 * 0.894) / Math.sqrt(n));
  });
  state.statistics.forEach(({ mean, variance }) => {
    expect(new Set(ops.download(mean))).toEqual(new Set([0]));
    expect(new Set(ops.download(variance))).toEqual(new Set([1]));
  });
});
