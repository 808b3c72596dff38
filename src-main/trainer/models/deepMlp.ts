import type { DeepMlpConfig } from '../../../shared/runConfig.ts';
import type { Draw, NetworkBuilder, Value } from '../engine/network.ts';

/** N(0, 2/fanIn): of whatever depth, what goes forward and what comes back neither vanishes nor explodes. @see He et al. 2015 */
const draw: Draw = (fanIn) => ({ kind: 'normal', sd: Math.sqrt(2 / fanIn) });

/** One parameter tensor a layer, one layer after another. */
const serialLayer = (network: NetworkBuilder, name: string, input: Value, width: number): Value =>
  network.relu(network.dense(name, input, width, { draw, bias: null }));

/** Kernel, bias, and a normalisation's scale and offset: four parameter tensors; the layer's input is added to its output. */
const generalLayer = (network: NetworkBuilder, name: string, input: Value, width: number): Value => {
  const dense = network.dense(`${name}.dense`, network.layerNorm(`${name}.norm`, input), width, { draw });
  return network.add(input, network.relu(dense));
};

/**
 * N equal layers between one that takes the image and one that classifies: the network on which SWP's overhead is measured. `serial`: what
 * SWP saves is the gradients of kernels that are not perturbed, and going back beyond the first perturbed layer. `general`: several
 * parameter units a layer and connections across layers. The paper says no more of either. @see Du et al. 2022, appendix A.6
 */
export const deepMlp = (network: NetworkBuilder, classes: number, { layers, width, wiring }: DeepMlpConfig): Value => {
  const layer = wiring === 'serial' ? serialLayer : generalLayer;
  let x = network.relu(network.dense('first', network.flatten(network.input), width, { draw, bias: null }));
  for (let index = 1; index <= layers; index++) x = layer(network, `layer${index}`, x, width);
  return network.dense('last', x, classes, { bias: null });
};
