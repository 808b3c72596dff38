import { firstInputOf, type NetworkState, type StatisticsMode, type Wanted } from './layers.ts';
import type { Network } from './network.ts';
import type { Ops, Tensor } from './ops.ts';

/** How the examples of a pass go through the network again, once some parameters have moved. */
export interface NextPass {
  readonly isMoved: (parameter: number) => boolean;
  readonly statistics: Exclude<StatisticsMode, 'evaluate'>;
  /** Whether that pass goes backward, for the gradients of all parameters. */
  readonly isRecorded: boolean;
}

/**
 * What a network's first layers made of a batch, kept for the next pass over it: they compute the very same there, since none of their
 * parameters have moved. Whoever has it begins a pass with it, or disposes of it.
 */
export interface Prefix {
  readonly layers: number;
  /** By index of the value: the shapes of all, the tensors that later layers or backward steps read. */
  readonly shapes: readonly (readonly number[])[];
  readonly values: readonly (Tensor | undefined)[];
  /** By layer: what its backward step needs. */
  readonly saved: readonly (readonly Tensor[])[];
  /** Whether a pass would compute the same, and find all that it needs. */
  serves(ops: Ops, network: Network, state: NetworkState, next: Omit<NextPass, 'isMoved'>): boolean;
  dispose(): void;
}

/** For every layer which gradients its backward step has to make; null where it need not run at all. */
export const wantedGradients = (
  network: Network,
  isWanted: (parameter: number) => boolean,
): readonly (Wanted | null)[] => {
  const reaches = [false]; // does a wanted parameter lie before (or in the layer that makes) this value?
  return network.layers.map((layer) => {
    const parameters = layer.parameters.map(isWanted);
    const inputs = layer.inputs.map((value) => reaches[value] === true);
    const isNeeded = inputs.includes(true) || parameters.includes(true);
    reaches.push(isNeeded);
    return isNeeded ? { inputs, parameters } : null;
  });
};

/** How often each value is read: by the layers from `first` on, by the backward steps of all, and by the caller (the logits). */
export const usesOf = ({ layers }: Network, wanted: readonly (Wanted | null)[], first: number): number[] => {
  const uses = new Array<number>(layers.length + 1).fill(0);
  const use = (value: number): void => {
    uses[value] = (uses[value] ?? 0) + 1;
  };
  layers.forEach((layer, index) => {
    if (index >= first) layer.inputs.forEach(use);
    const want = wanted[index];
    if (!want) return;
    const kept = layer.keeps(want);
    if (kept.input) use(firstInputOf(layer));
    if (kept.output) use(index + 1);
  });
  use(layers.length);
  return uses;
};

/** What a pass has to keep for the next one, and how it becomes the prefix of that. */
export interface PrefixPlan {
  keepsValue(value: number): boolean;
  keepsSaved(layer: number): boolean;
  /** @param values, shapes, saved - of the pass; of those that it keeps the prefix has one share. */
  prefixOf(
    state: NetworkState,
    values: readonly (Tensor | undefined)[],
    shapes: readonly (readonly number[])[],
    saved: readonly (readonly Tensor[])[],
  ): Prefix;
}

/** What a pass begins with where nothing was kept for it. */
export const nothingBegun: Pick<Prefix, 'layers' | 'shapes' | 'values' | 'saved'> = {
  layers: 0,
  shapes: [],
  values: [],
  saved: [],
};

/** Null where the first layer computes something else already. */
export const prefixPlan = (ops: Ops, network: Network, next: NextPass): PrefixPlan | null => {
  // A normalisation that moves its running statistics has to be done, whatever it makes.
  const first = network.layers.findIndex(
    ({ parameters, hasStatistics }) =>
      parameters.some(next.isMoved) || (next.statistics === 'update' && hasStatistics === true),
  );
  if (first <= 0) return null;
  const wanted = wantedGradients(network, () => next.isRecorded);
  const uses = usesOf(network, wanted, first);
  const keepsValue = (value: number): boolean => value > 0 && value <= first && (uses[value] ?? 0) > 0;
  const keepsSaved = (layer: number): boolean => next.isRecorded && layer < first && wanted[layer] !== null;
  return {
    keepsValue,
    keepsSaved,
    prefixOf(state, allValues, shapes, allSaved) {
      const values = allValues.slice(0, first + 1).map((tensor, value) => (keepsValue(value) ? tensor : undefined));
      const saved = network.layers
        .slice(0, first)
        .map((_, layer) => (keepsSaved(layer) ? (allSaved[layer] ?? []) : []));
      const parametersIn = ({ parameters }: NetworkState): (Tensor | undefined)[] =>
        network.layers.slice(0, first).flatMap((layer) => layer.parameters.map((parameter) => parameters[parameter]));
      const before = parametersIn(state);
      return {
        layers: first,
        shapes: shapes.slice(0, first + 1),
        values,
        saved,
        serves: (table, other, now, { statistics, isRecorded }) =>
          table === ops &&
          other === network &&
          statistics === next.statistics &&
          (next.isRecorded || !isRecorded) &&
          parametersIn(now).every((tensor, index) => tensor === before[index]),
        dispose() {
          values.forEach((tensor) => tensor && ops.dispose(tensor));
          saved.flat().forEach(ops.dispose);
        },
      };
    },
  };
};
