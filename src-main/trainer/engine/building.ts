import type { Layer } from './layers.ts';

/** How a parameter tensor starts: one value, or independent draws from N(0, sd²) or U(−bound, bound). */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly sd: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export type Draw = (fanIn: number, fanOut: number) => Initialiser;

/** PyTorch's default for convolutions and dense layers: U(−1/√fanIn, 1/√fanIn). */
export const torchUniform: Draw = (fanIn) => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) });
/** He et al. 2015: N(0, 2/fanOut). */
export const heNormal: Draw = (_fanIn, fanOut) => ({ kind: 'normal', sd: Math.sqrt(2 / fanOut) });

/** What a parameter tensor is to its layer: `scale` and `offset` are a normalisation's. */
export type ParameterRole = 'kernel' | 'bias' | 'scale' | 'offset' | 'token' | 'positions';

/** A value under construction: its index, and its shape without the batch axis. */
export interface Value {
  readonly index: number;
  readonly shape: readonly number[];
}

/** What a kind of layer adds to the network under construction. */
export interface Building {
  /** @returns the index of a new parameter, which is called `layer.role`. */
  parameter(layer: string, role: ParameterRole, shape: readonly number[], initialiser: Initialiser): number;
  /** @returns the index of new running statistics. */
  statistics(channels: number): number;
  /** Counts multiply-accumulates of one example's forward pass. */
  addMacs(count: number): void;
  /** @param shape - of what the layer makes, without the batch axis. */
  append(layer: Layer, shape: readonly number[]): Value;
}

/** Sides and channels of an image-shaped value. */
export const imageOf = ({ shape }: Value): readonly [height: number, width: number, channels: number] => {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined) {
    throw new Error(`An image-shaped value was expected, found shape [${shape.join()}].`);
  }
  return [height, width, channels];
};

/** Count and width of tokens [T,D]. */
export const tokensOf = ({ shape }: Value): readonly [count: number, width: number] => {
  const [count, width, ...others] = shape;
  if (count === undefined || width === undefined || others.length > 0) {
    throw new Error(`Tokens [T,D] were expected, found shape [${shape.join()}].`);
  }
  return [count, width];
};

export const expectSameShape = (value: Value, other: Value): void => {
  if (value.shape.join() === other.shape.join()) return;
  throw new Error(`Shapes [${value.shape.join()}] and [${other.shape.join()}] cannot be added.`);
};

/** Scale and offset of a normalisation over `channels`, in that order. */
export const affine = (building: Building, name: string, channels: number): readonly [number, number] => [
  building.parameter(name, 'scale', [channels], { kind: 'constant', value: 1 }),
  building.parameter(name, 'offset', [channels], { kind: 'constant', value: 0 }),
];
