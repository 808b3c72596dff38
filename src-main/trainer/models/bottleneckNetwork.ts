import { heNormal, type NetworkBuilder, type Value } from '../engine/network.ts';

/** 1×1, 3×3 and 1×1 convolutions, the last of four times the width; the 3×3 one is strided, as in torchvision. */
const bottleneck = (network: NetworkBuilder, name: string, input: Value, width: number, stride: number): Value => {
  const conv2d = (part: string, value: Value, filters: number, size: number, step: number): Value =>
    network.conv2d(`${name}.${part}.conv`, value, filters, { size, stride: step, draw: heNormal });
  let x = network.batchNormRelu(`${name}.reduce.bn`, conv2d('reduce', input, width, 1, 1));
  x = network.batchNormRelu(`${name}.middle.bn`, conv2d('middle', x, width, 3, stride));
  x = conv2d('expand', x, 4 * width, 1, 1);
  const isSameShape = stride === 1 && input.shape.at(-1) === 4 * width;
  if (isSameShape) return network.batchNormRelu(`${name}.expand.bn`, x, input);
  x = network.batchNorm(`${name}.expand.bn`, x);
  return network.batchNormRelu(`${name}.shortcut.bn`, conv2d('shortcut', input, 4 * width, 1, stride), x);
};

/**
 * ResNet for ImageNet: 7×7 stem of stride 2, 3×3 max-pool of stride 2, four groups of bottlenecks of 64 to 512 times `width`/64.
 * Initialised as torchvision's: convolutions He-normal, dense layer PyTorch's uniform. @see He et al. 2016, Table 1
 */
export const bottleneckNetwork = (
  network: NetworkBuilder,
  classes: number,
  { blocks, width = 64 }: { readonly blocks: readonly number[]; readonly width?: number },
): Value => {
  let x = network.conv2d('stem.conv', network.input, width, { size: 7, stride: 2, draw: heNormal });
  x = network.batchNormRelu('stem.bn', x);
  x = network.maxPool(x, { size: 3, stride: 2, padding: 1 });
  blocks.forEach((count, group) => {
    for (let block = 0; block < count; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      x = bottleneck(network, `group${group + 1}.block${block + 1}`, x, width * 2 ** group, stride);
    }
  });
  return network.dense('dense', network.globalAveragePool(x), classes);
};
