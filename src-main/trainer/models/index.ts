import { LabError } from '../../../shared/errors.ts';
import { misfitOf } from '../../../shared/models.ts';
import { modelOf, type ModelConfig, type ModelId } from '../../../shared/runConfig.ts';
import { networkBuilder, type Network, type NetworkBuilder, type Value } from '../engine/network.ts';
import { bottleneckNetwork } from './bottleneckNetwork.ts';
import { deepMlp } from './deepMlp.ts';
import { pyramidNet } from './pyramidNet.ts';
import { residualNetwork } from './residual.ts';
import { visionTransformer } from './visionTransformer.ts';
import { wideResNet } from './wideResNet.ts';

/** Two hidden layers of 256 units. */
const mlp = (network: NetworkBuilder, classes: number): Value => {
  let x = network.flatten(network.input);
  x = network.relu(network.dense('dense1', x, 256));
  x = network.relu(network.dense('dense2', x, 256));
  return network.dense('dense3', x, classes);
};

/** Three 3×3 convolutions (32, 64, 128 filters) with BatchNorm, two max-pools, global average pooling. */
const convnet = (network: NetworkBuilder, classes: number): Value => {
  const block = (name: string, input: Value, filters: number): Value =>
    network.batchNormRelu(`${name}.bn`, network.conv2d(`${name}.conv`, input, filters, { size: 3 }));
  let x = network.maxPool(block('block1', network.input, 32), { size: 2, stride: 2 });
  x = network.maxPool(block('block2', x, 64), { size: 2, stride: 2 });
  x = block('block3', x, 128);
  return network.dense('dense', network.globalAveragePool(x), classes);
};

/** One basic block each of 16, 32 and 64 filters: He et al. 2016's CIFAR family (6n + 2) at n = 1, with projection shortcuts. */
const resnet8 = (network: NetworkBuilder, classes: number): Value =>
  residualNetwork(network, classes, [
    { filters: 16, blocks: 1 },
    { filters: 32, blocks: 1 },
    { filters: 64, blocks: 1 },
  ]);

/** ResNet-18 in its CIFAR form: 3×3 stem of stride 1, no pooling; 11,173,962 parameters for 10 classes of RGB images. */
const resnet18 = (network: NetworkBuilder, classes: number): Value =>
  residualNetwork(network, classes, [
    { filters: 64, blocks: 2 },
    { filters: 128, blocks: 2 },
    { filters: 256, blocks: 2 },
    { filters: 512, blocks: 2 },
  ]);

const models: Readonly<Record<Exclude<ModelId, 'deep-mlp'>, (network: NetworkBuilder, classes: number) => Value>> = {
  mlp,
  convnet,
  resnet8,
  resnet18,
  wrn28x10: (network, classes) => wideResNet(network, classes, { blocks: 4, width: 10 }),
  pyramidnet110: (network, classes) => pyramidNet(network, classes, { blocks: 18, alpha: 270 }),
  resnet50: (network, classes) => bottleneckNetwork(network, classes, { blocks: [3, 4, 6, 3] }),
  resnet101: (network, classes) => bottleneckNetwork(network, classes, { blocks: [3, 4, 23, 3] }),
  'vit-s16': (network, classes) => visionTransformer(network, classes, { patch: 16, width: 384, blocks: 12, heads: 6 }),
};

/**
 * Builds a model for images [height, width, channels] and a number of classes.
 * @param wished - a network, with its settings; its name alone for its defaults.
 * @throws LabError CONFIG_INVALID for images that the model cannot take.
 */
export const networkOf = (
  wished: ModelId | ModelConfig,
  inputShape: readonly [height: number, width: number, channels: number],
  classes: number,
): Network => {
  const model = typeof wished === 'string' ? modelOf(wished) : wished;
  const misfit = misfitOf(model.id, inputShape[0], inputShape[1]);
  if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit);
  const network = networkBuilder(inputShape);
  return network.build(model.id === 'deep-mlp' ? deepMlp(network, classes, model) : models[model.id](network, classes));
};
