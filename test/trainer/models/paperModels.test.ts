import { describe, expect, test } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import { modelInfos } from '../../../shared/models.ts';
import { modelIds, type ModelId } from '../../../shared/runConfig.ts';
import { networkBuilder, parameterCountOf, type Network } from '../../../src-main/trainer/engine/network.ts';
import { networkOf } from '../../../src-main/trainer/models/index.ts';
import { pyramidNet } from '../../../src-main/trainer/models/pyramidNet.ts';

interface Expected {
  readonly model: ModelId;
  readonly side: number;
  readonly classes: number;
  readonly parameters: number;
  readonly tensors: number;
}

describe('sizes of the reference definitions', () => {
  test.each<Expected>([
    // Tensors: a kernel for each convolution, two vectors for each normalisation, kernel and bias of each dense layer.
    // 1 + 3·(4·2 + 1) = 28 convolutions, 3·4·2 + 1 = 25 BatchNorms.
    { model: 'wrn28x10', side: 32, classes: 10, parameters: 36_479_194, tensors: 28 + 2 * 25 + 2 },
    // 1 + 54·2 convolutions, 2 + 54·3 BatchNorms.
    { model: 'pyramidnet110', side: 32, classes: 10, parameters: 28_485_477, tensors: 109 + 2 * 164 + 2 },
    // 1 + 16·3 + 4 convolutions, each with a BatchNorm.
    { model: 'resnet50', side: 224, classes: 1000, parameters: 25_557_032, tensors: 3 * 53 + 2 },
    { model: 'resnet101', side: 224, classes: 1000, parameters: 44_549_160, tensors: 3 * (1 + 33 * 3 + 4) + 2 },
    // Patches, token and positions, 12 blocks of two LayerNorms and four dense layers, LayerNorm, dense layer.
    { model: 'vit-s16', side: 224, classes: 1000, parameters: 22_050_664, tensors: 2 + 2 + 12 * 12 + 2 + 2 },
  ])('$model', ({ model, side, classes, parameters, tensors }) => {
    const network = networkOf(model, [side, side, 3], classes);
    expect(parameterCountOf(network)).toBe(parameters);
    expect(network.parameters).toHaveLength(tensors);
    expect(new Set(network.parameters.map(({ name }) => name)).size).toBe(tensors);
    expect(network.classes).toBe(classes);
  });

  test.each<{ model: ModelId; side: number; classes: number; gigaMacs: number }>([
    { model: 'wrn28x10', side: 32, classes: 10, gigaMacs: 5.243 },
    { model: 'pyramidnet110', side: 32, classes: 10, gigaMacs: 4.718 },
    { model: 'resnet50', side: 224, classes: 1000, gigaMacs: 4.089 },
    { model: 'resnet101', side: 224, classes: 1000, gigaMacs: 7.801 },
    // 196 patches of 768·384; per block 197 tokens of 12·384² and attention of 2·197²·384; dense 384·1000.
    { model: 'vit-s16', side: 224, classes: 1000, gigaMacs: 4.599 },
  ])('$model takes $gigaMacs GMAC an image', ({ model, side, classes, gigaMacs }) => {
    expect(networkOf(model, [side, side, 3], classes).macs / 1e9).toBeCloseTo(gigaMacs, 3);
  });
});

test('PyramidNet widens by fractions that add up and are rounded for each block', () => {
  const build = networkBuilder([8, 8, 3]);
  // 7/6 more each: 17.17, 18.33 | 19.5, 20.67 | 21.83, 23.
  const network = build.build(pyramidNet(build, 10, { blocks: 2, alpha: 7 }));
  const outputs = network.parameters
    .filter(({ name }) => name.endsWith('conv2.kernel'))
    .map(({ shape }) => shape.at(-1));
  expect(outputs).toEqual([17, 18, 20, 21, 22, 23]);
});

/** The initialisers of all parameters whose names match, each once. */
const startsOf = (network: Network, pattern: RegExp) => {
  const found = network.parameters.filter(({ name }) => pattern.test(name));
  return [...new Set(found.map(({ initialiser }) => JSON.stringify(initialiser)))].map((text): unknown =>
    JSON.parse(text),
  );
};
const constant = (value: number) => ({ kind: 'constant', value });

describe('reference initialisations', () => {
  test.each<{ model: ModelId; side: number; features: number; isBiasZero: boolean }>([
    { model: 'wrn28x10', side: 32, features: 640, isBiasZero: true },
    { model: 'pyramidnet110', side: 32, features: 286, isBiasZero: false },
    { model: 'resnet50', side: 224, features: 2048, isBiasZero: false },
    { model: 'resnet101', side: 224, features: 2048, isBiasZero: false },
  ])('$model: N(0, 2/(K²·outputs)) in convolutions, uniform dense', ({ model, side, features, isBiasZero }) => {
    const network = networkOf(model, [side, side, 3], 10);
    const convolutions = network.parameters.filter(({ shape }) => shape.length === 4);
    for (const { shape, initialiser, name } of convolutions) {
      const [size = NaN, , , outputs = NaN] = shape;
      expect(initialiser, name).toEqual({ kind: 'normal', sd: Math.sqrt(2 / (size * size * outputs)) });
    }
    expect(startsOf(network, /\.scale$/)).toEqual([constant(1)]);
    expect(startsOf(network, /\.offset$/)).toEqual([constant(0)]);
    const uniform = { kind: 'uniform', bound: 1 / Math.sqrt(features) };
    expect(startsOf(network, /^dense\.kernel$/)).toEqual([uniform]);
    expect(startsOf(network, /^dense\.bias$/)).toEqual([isBiasZero ? constant(0) : uniform]);
  });

  test('vit-s16: N(0, 0.02²) in token, positions and dense kernels, PyTorch’s uniform in the patches', () => {
    const network = networkOf('vit-s16', [224, 224, 3], 10);
    expect(startsOf(network, /^patches\./)).toEqual([{ kind: 'uniform', bound: 1 / Math.sqrt(16 * 16 * 3) }]);
    expect(startsOf(network, /^tokens\.|^(block|dense).*\.kernel$/)).toEqual([{ kind: 'normal', sd: 0.02 }]);
    expect(startsOf(network, /^(block|dense).*\.bias$/)).toEqual([constant(0)]);
    expect(startsOf(network, /\.scale$/)).toEqual([constant(1)]);
    expect(startsOf(network, /\.offset$/)).toEqual([constant(0)]);
  });
});

describe('images that a model cannot take are refused', () => {
  const refusal = (model: ModelId, height: number, width: number): LabError => {
    try {
      networkOf(model, [height, width, 3], 10);
    } catch (error) {
      if (error instanceof LabError) return error;
      throw error;
    }
    throw new Error(`${model} took images of ${height}×${width}.`);
  };

  test.each<[ModelId, number, number, string]>([
    ['vit-s16', 28, 28, 'ViT-S/16 needs square images of at least 16×16 pixels whose sides are multiples of 16'],
    ['vit-s16', 32, 48, 'square'],
    ['pyramidnet110', 30, 30, 'multiples of 4'],
    ['resnet50', 28, 28, 'at least 32×32'],
    ['wrn28x10', 32, 24, 'square'],
    ['resnet18', 20, 30, 'square'],
    ['convnet', 3, 3, 'at least 4×4'],
  ])('%s for %i×%i', (model, height, width, reason) => {
    const { code, message } = refusal(model, height, width);
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain(reason);
    expect(message).toContain(`${height}×${width}`);
    expect(message).toContain('Choose another model');
  });

  test('every model takes the images it was made for, and the smallest it says it takes', () => {
    for (const model of modelIds) {
      const { madeFor, needs } = modelInfos[model];
      for (const side of [madeFor ?? 28, needs.leastSide]) {
        expect(networkOf(model, [side, side, 3], 7).classes, `${model} at ${side}`).toBe(7);
      }
    }
  });
});
