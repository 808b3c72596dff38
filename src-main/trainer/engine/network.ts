import type { Building, Initialiser, ParameterRole, Value } from './building.ts';
import { layerKinds } from './layers/index.ts';
import type { Layer } from './layers.ts';

export { heNormal } from './building.ts';
export type { Draw, Initialiser, ParameterRole, Value } from './building.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** A feed-forward computation: value 0 is the images, value i + 1 is what layer i makes, the last value is the logits. */
export interface Network {
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  readonly layers: readonly Layer[];
  readonly parameters: readonly ParameterSpec[];
  /** Channels of each BatchNorm's running statistics. */
  readonly statistics: readonly number[];
  /** Multiply-accumulates of one example's forward pass in convolutions, dense layers and attention. */
  readonly macs: number;
}

type Kinds = typeof layerKinds;
/** Appends a layer of a kind to one network. */
type Append<Kind> = Kind extends (building: Building, ...given: infer Given) => Value
  ? (...given: Given) => Value
  : never;
type Appenders = { readonly [K in keyof Kinds]: Append<Kinds[K]> };

/** Builds a network layer by layer; every kind of layer is a method that appends one and gives its value. */
export const networkBuilder = (inputShape: readonly [number, number, number]): NetworkBuilder => {
  const layers: Layer[] = [];
  const parameters: ParameterSpec[] = [];
  const statistics: number[] = [];
  let macs = 0;
  const building: Building = {
    parameter: (layer, role, shape, initialiser) =>
      parameters.push({ name: `${layer}.${role}`, role, shape, initialiser }) - 1,
    statistics: (channels) => statistics.push(channels) - 1,
    addMacs(count) {
      macs += count;
    },
    append: (layer, shape) => ({ index: layers.push(layer), shape }),
  };
  const appenders = Object.fromEntries(
    Object.entries(layerKinds).map(([name, kind]) => [
      name,
      (...given: never[]) => (kind as (building: Building, ...given: never[]) => Value)(building, ...given),
    ]),
  ) as unknown as Appenders;

  return {
    ...appenders,
    input: { index: 0, shape: inputShape },
    build(logits) {
      const [classes] = logits.shape;
      if (logits.index !== layers.length || logits.shape.length !== 1 || classes === undefined) {
        throw new Error('The logits must be the last layer and have one axis.');
      }
      return { inputShape, classes, layers, parameters, statistics, macs };
    },
  };
};

export type NetworkBuilder = Appenders & {
  readonly input: Value;
  /** The finished network; `logits` must be the value appended last. */
  build(logits: Value): Network;
};

/** What each parameter is. */
export const rolesOf = ({ parameters }: Network): ParameterRole[] => parameters.map(({ role }) => role);

export const parameterCountOf = (network: Network): number =>
  network.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
