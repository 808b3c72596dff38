import { heNormal, type NetworkBuilder, type Value } from '../engine/network.ts';

/**
 * BatchNorm, 3×3 convolution, BatchNorm, ReLU, 3×3 convolution, BatchNorm (no ReLU before the first convolution, none after the sum).
 * The shortcut has no parameters: zeros for the new channels, a 2×2 average pool where the block is strided.
 */
const pyramidBlock = (network: NetworkBuilder, name: string, input: Value, filters: number, stride: number): Value => {
  let x = network.batchNorm(`${name}.bn1`, input);
  x = network.conv2d(`${name}.conv1`, x, filters, { size: 3, stride, draw: heNormal });
  x = network.batchNormRelu(`${name}.bn2`, x);
  x = network.conv2d(`${name}.conv2`, x, filters, { size: 3, draw: heNormal });
  x = network.batchNorm(`${name}.bn3`, x);
  const pooled = stride === 1 ? input : network.averagePool(input, { size: 2, stride: 2 });
  const shortcut = pooled.shape.at(-1) === filters ? pooled : network.padChannels(pooled, filters);
  return network.add(x, shortcut);
};

/**
 * PyramidNet of depth 6·blocks + 2 with basic blocks: from 16 channels on, every one of the 3·blocks blocks has alpha/(3·blocks) more.
 * The sum is kept as a fraction and rounded to the nearest whole number for each block, as in the authors' code; α 270 at 18 blocks
 * is 5 channels a block. He-normal convolutions. @see Han et al. 2017
 */
export const pyramidNet = (
  network: NetworkBuilder,
  classes: number,
  { blocks, alpha }: { readonly blocks: number; readonly alpha: number },
): Value => {
  let channels = 16;
  let x = network.conv2d('stem.conv', network.input, channels, { size: 3, draw: heNormal });
  x = network.batchNorm('stem.bn', x);
  for (let group = 1; group <= 3; group++) {
    for (let block = 1; block <= blocks; block++) {
      channels += alpha / (3 * blocks);
      const stride = group > 1 && block === 1 ? 2 : 1;
      x = pyramidBlock(network, `group${group}.block${block}`, x, Math.round(channels), stride);
    }
  }
  return network.dense('dense', network.globalAveragePool(network.batchNormRelu('bn', x)), classes);
};
