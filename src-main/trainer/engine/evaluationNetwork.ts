import type { Layer } from './layers.ts';
import type { Network } from './network.ts';
import type { Ops } from './ops.ts';
import { pooledNetwork, readersOf } from './pooledNetwork.ts';

/** A layer that normalises what it makes as the batch normalisation after it would. @param inputs - of both. */
const normalisingLayer = (
  layer: Layer,
  { givenNormalisation, parameters }: Layer,
  inputs: readonly number[],
): Layer => ({
  ...layer,
  inputs,
  parameters: [...layer.parameters, ...parameters],
  forward: (pass) => {
    const own = layer.parameters.length;
    const normalisation = givenNormalisation?.({ ...pass, parameter: (position) => pass.parameter(own + position) });
    return layer.forward(normalisation === undefined ? pass : { ...pass, normalisation });
  },
  backward: () => {
    throw new Error('A network for evaluation has no way back.');
  },
});

const made = new WeakMap<Network, Network>();

/**
 * The same network for passes with given statistics that keep nothing: each batch normalisation that alone reads a convolution is done by
 * that, one pass over memory less, and one call; but those that pool as well, which is what saves most.
 */
export const evaluationNetwork = (ops: Ops, given: Network): Network => {
  const network = pooledNetwork(ops, given);
  const known = made.get(network);
  if (known !== undefined) return known;
  const readers = readersOf(network);
  /** Value of the network → the same in the new one. */
  const places = [0];
  const placesOf = (inputs: readonly number[]): number[] => inputs.map((value) => places[value] ?? 0);
  const layers: Layer[] = [];
  let isDone = false;
  network.layers.forEach((layer, index) => {
    const next = network.layers[index + 1];
    const follows = next?.givenNormalisation !== undefined && next.inputs[0] === index + 1 && readers[index + 1] === 1;
    if (isDone) isDone = false;
    else if (layer.canNormalise === true && follows) {
      layers.push(normalisingLayer(layer, next, placesOf([...layer.inputs, ...next.inputs.slice(1)])));
      isDone = true;
    } else layers.push({ ...layer, inputs: placesOf(layer.inputs) });
    places.push(layers.length);
  });
  const evaluation = { ...network, layers };
  made.set(network, evaluation);
  return evaluation;
};
