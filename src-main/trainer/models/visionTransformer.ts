import type { Initialiser, NetworkBuilder, Value } from '../engine/network.ts';

/** timm's trunc_normal_(std 0.02) draws anew beyond ±2: at 100 standard deviations that is the normal distribution itself. */
const small: Initialiser = { kind: 'normal', sd: 0.02 };
const zero: Initialiser = { kind: 'constant', value: 0 };

/** x + attention(LayerNorm(x)), then x + MLP(LayerNorm(x)), the MLP four times as wide. */
const encoderBlock = (network: NetworkBuilder, name: string, input: Value, heads: number): Value => {
  const dense = (part: string, value: Value, units: number): Value =>
    network.dense(`${name}.${part}`, value, units, { draw: () => small, bias: zero });
  const width = input.shape.at(-1) ?? 0;
  let x = dense('queriesKeysValues', network.layerNorm(`${name}.norm1`, input), 3 * width);
  const attended = network.add(input, dense('projection', network.attention(x, heads), width));
  x = network.gelu(dense('mlp1', network.layerNorm(`${name}.norm2`, attended), 4 * width));
  return network.add(attended, dense('mlp2', x, width));
};

/**
 * Vision Transformer: patches as tokens, a class token before them, learned positions, pre-norm encoder blocks, the class token's
 * output classified. Initialised as DeiT's: PyTorch's uniform for the patches' convolution, normal of sd 0.02 for tokens,
 * positions and dense kernels, 0 for their biases. @see Dosovitskiy et al. 2021; Touvron et al. 2021
 */
export const visionTransformer = (
  network: NetworkBuilder,
  classes: number,
  {
    patch,
    width,
    blocks,
    heads,
  }: { readonly patch: number; readonly width: number; readonly blocks: number; readonly heads: number },
): Value => {
  const [, , channels = 0] = network.input.shape;
  const bound = 1 / Math.sqrt(patch * patch * channels);
  let x = network.conv2d('patches', network.input, width, { size: patch, stride: patch, padding: 0 });
  x = network.bias('patches', x, { kind: 'uniform', bound });
  const [rows = 0, columns = 0] = x.shape;
  x = network.classToken('tokens', network.reshape(x, [rows * columns, width]), small);
  for (let block = 1; block <= blocks; block++) x = encoderBlock(network, `block${block}`, x, heads);
  x = network.firstToken(network.layerNorm('norm', x));
  return network.dense('dense', x, classes, { draw: () => small, bias: zero });
};
