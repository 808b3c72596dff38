import { heNormal, type NetworkBuilder, type Value } from '../engine/network.ts';

/** BatchNorm and ReLU before each of two 3×3 convolutions; a 1×1 projection of the activated input where the shape changes. */
const preActivationBlock = (
  network: NetworkBuilder,
  name: string,
  input: Value,
  filters: number,
  stride: number,
): Value => {
  const activated = network.batchNormRelu(`${name}.bn1`, input);
  let x = network.conv2d(`${name}.conv1`, activated, filters, { size: 3, stride, draw: heNormal });
  x = network.batchNormRelu(`${name}.bn2`, x);
  x = network.conv2d(`${name}.conv2`, x, filters, { size: 3, draw: heNormal });
  const shortcut =
    input.shape.at(-1) === filters
      ? input
      : network.conv2d(`${name}.shortcut`, activated, filters, { size: 1, stride, draw: heNormal });
  return network.add(x, shortcut);
};

/**
 * Wide residual network of depth 6·blocks + 4: 16 filters, then three groups of 16, 32 and 64 times `width`, the second and third
 * of stride 2. Dropout 0. He-normal convolutions, dense bias 0, as in its PyTorch version. @see Zagoruyko & Komodakis 2016
 */
export const wideResNet = (
  network: NetworkBuilder,
  classes: number,
  { blocks, width }: { readonly blocks: number; readonly width: number },
): Value => {
  let x = network.conv2d('stem', network.input, 16, { size: 3, draw: heNormal });
  [16 * width, 32 * width, 64 * width].forEach((filters, group) => {
    for (let block = 0; block < blocks; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      x = preActivationBlock(network, `group${group + 1}.block${block + 1}`, x, filters, stride);
    }
  });
  x = network.globalAveragePool(network.batchNormRelu('bn', x));
  return network.dense('dense', x, classes, { bias: { kind: 'constant', value: 0 } });
};
