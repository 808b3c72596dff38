import type { Layer } from './layers.ts';
import type { Network } from './network.ts';
import type { Ops } from './ops.ts';

/** How many layers read each value. */
export const readersOf = ({ layers }: Network): number[] => {
  const readers = new Array<number>(layers.length + 1).fill(0);
  layers.forEach(({ inputs }) => inputs.forEach((value) => (readers[value] = (readers[value] ?? 0) + 1)));
  return readers;
};

const made = new WeakMap<Ops, WeakMap<Network, Network>>();

/**
 * The same network in which each max-pooling that alone reads a batch normalisation is done by that, where the engine saves passes over
 * memory by it. Parameters and statistics keep their numbers.
 */
export const pooledNetwork = (ops: Ops, network: Network): Network => {
  const known = made.get(ops) ?? new WeakMap<Network, Network>();
  made.set(ops, known);
  const before = known.get(network);
  if (before !== undefined) return before;
  const readers = readersOf(network);
  /** Value of the network → the same in the new one. */
  const places = [0];
  const layers: Layer[] = [];
  let isDone = false;
  network.layers.forEach((layer, index) => {
    const placed = (wished: Layer): Layer => ({ ...wished, inputs: layer.inputs.map((value) => places[value] ?? 0) });
    const next = network.layers[index + 1];
    const pooling = next?.inputs[0] === index + 1 && readers[index + 1] === 1 ? next.maxPooling : undefined;
    const pooled = pooling === undefined ? null : (layer.withMaxPool?.(ops, pooling) ?? null);
    if (!isDone) layers.push(placed(pooled ?? layer));
    isDone = pooled !== null;
    places.push(layers.length);
  });
  const pooled = layers.length === network.layers.length ? network : { ...network, layers };
  known.set(network, pooled);
  return pooled;
};
