import type { NetworkBuilder, Value } from '../engine/network.ts';

/** He et al. 2016, Fig. 2: two 3×3 convolutions around a shortcut, a 1×1 projection with BatchNorm where the shape changes. */
export const basicBlock = (
  network: NetworkBuilder,
  name: string,
  input: Value,
  filters: number,
  stride: number,
): Value => {
  let x = network.conv2d(`${name}.conv1`, input, filters, { size: 3, stride });
  x = network.batchNormRelu(`${name}.bn1`, x);
  x = network.conv2d(`${name}.conv2`, x, filters, { size: 3 });
  const isSameShape = stride === 1 && input.shape.at(-1) === filters;
  if (isSameShape) return network.batchNormRelu(`${name}.bn2`, x, input);
  x = network.batchNorm(`${name}.bn2`, x);
  const shortcut = network.conv2d(`${name}.shortcut.conv`, input, filters, { size: 1, stride });
  return network.batchNormRelu(`${name}.shortcut.bn`, shortcut, x);
};

/** A 3×3 stem at full resolution, groups of basic blocks that halve the image from the second on, global average pooling. */
export const residualNetwork = (
  network: NetworkBuilder,
  classes: number,
  groups: readonly { readonly filters: number; readonly blocks: number }[],
): Value => {
  const [first] = groups;
  if (first === undefined) throw new Error('A residual network needs at least one group of blocks.');
  let x = network.conv2d('stem.conv', network.input, first.filters, { size: 3 });
  x = network.batchNormRelu('stem.bn', x);
  groups.forEach(({ filters, blocks }, group) => {
    for (let block = 0; block < blocks; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      x = basicBlock(network, `group${group + 1}.block${block + 1}`, x, filters, stride);
    }
  });
  return network.dense('dense', network.globalAveragePool(x), classes);
};
