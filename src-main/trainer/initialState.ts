import type { RandomStream } from './data/rng.ts';
import type { NetworkState } from './engine/layers.ts';
import type { Initialiser, Network } from './engine/network.ts';
import { elementCount, type Ops } from './engine/ops.ts';

const draw = (initialiser: Initialiser, count: number, random: RandomStream): Float32Array => {
  switch (initialiser.kind) {
    case 'constant':
      return new Float32Array(count).fill(initialiser.value);
    case 'normal':
      return Float32Array.from({ length: count }, () => initialiser.sd * random.normal());
    case 'uniform':
      return Float32Array.from({ length: count }, () => initialiser.bound * (2 * random.uniform() - 1));
  }
};

/** Parameters drawn as the network says, running means 0 and variances 1. */
export const initialState = (ops: Ops, network: Network, weights: RandomStream): NetworkState => {
  const filled = (value: number, channels: number) => ops.upload(new Float32Array(channels).fill(value), [channels]);
  return {
    parameters: network.parameters.map(({ shape, initialiser }) =>
      ops.upload(draw(initialiser, elementCount(shape), weights), shape),
    ),
    statistics: network.statistics.map((channels) => ({ mean: filled(0, channels), variance: filled(1, channels) })),
  };
};

export const disposeState = (ops: Ops, state: NetworkState): void => {
  state.parameters.forEach(ops.dispose);
  state.statistics.forEach(({ mean, variance }) => {
    ops.dispose(mean);
    ops.dispose(variance);
  });
};
