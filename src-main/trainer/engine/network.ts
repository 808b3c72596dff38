import { outputSide, type Convolution, type Pooling } from './ops.ts';

/** How a parameter tensor starts: one value, or independent draws from N(0, sd²) or U(−bound, bound). */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly sd: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** One step of the computation. `input` and `other` are value indices, parameters and statistics indices into the network's lists. */
export type Layer =
  | { readonly kind: 'conv2d'; readonly input: number; readonly kernel: number; readonly convolution: Convolution }
  | {
      readonly kind: 'batchNorm';
      readonly input: number;
      readonly scale: number;
      readonly offset: number;
      readonly statistics: number;
    }
  | { readonly kind: 'relu'; readonly input: number }
  | { readonly kind: 'add'; readonly input: number; readonly other: number }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly input: number; readonly pooling: Pooling }
  | { readonly kind: 'flatten'; readonly input: number }
  | { readonly kind: 'dense'; readonly input: number; readonly kernel: number; readonly bias: number };

/** A feed-forward computation: value 0 is the images, value i + 1 is what layer i makes, the last value is the logits. */
export interface Network {
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  readonly layers: readonly Layer[];
  readonly parameters: readonly ParameterSpec[];
  /** Channels of each BatchNorm's running statistics. */
  readonly statistics: readonly number[];
  /** Multiply-accumulates of one example's forward pass in convolutions and dense layers. */
  readonly macs: number;
}

/** BatchNorm's constants, PyTorch's. */
export const batchNormEpsilon = 1e-5;
export const batchNormMomentum = 0.1;

/** A value under construction: its index, and its shape without the batch axis. */
export interface Value {
  readonly index: number;
  readonly shape: readonly number[];
}

type Draw = (fanIn: number, fanOut: number) => Initialiser;

/** PyTorch's default for convolutions and dense layers: U(−1/√fanIn, 1/√fanIn). */
export const torchUniform: Draw = (fanIn) => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) });
/** He et al. 2015: N(0, 2/fanOut). */
export const heNormal: Draw = (_fanIn, fanOut) => ({ kind: 'normal', sd: Math.sqrt(2 / fanOut) });

/** Builds a network layer by layer; every method appends one layer and gives its value. */
export const networkBuilder = (inputShape: readonly [number, number, number]) => {
  const layers: Layer[] = [];
  const parameters: ParameterSpec[] = [];
  const statistics: number[] = [];
  let macs = 0;

  const parameter = (name: string, shape: readonly number[], initialiser: Initialiser): number =>
    parameters.push({ name, shape, initialiser }) - 1;
  const append = (layer: Layer, shape: readonly number[]): Value => ({ index: layers.push(layer), shape });
  const image = (value: Value): readonly [number, number, number] => {
    const [height, width, channels] = value.shape;
    if (height === undefined || width === undefined || channels === undefined) {
      throw new Error(`An image-shaped value was expected, found shape [${value.shape.join()}].`);
    }
    return [height, width, channels];
  };
  const pool = (kind: 'maxPool' | 'averagePool', value: Value, pooling: Pooling): Value => {
    const [height, width, channels] = image(value);
    const shrink = (side: number): number => outputSide(side, pooling.size, pooling.stride, 0);
    return append({ kind, input: value.index, pooling }, [shrink(height), shrink(width), channels]);
  };
  const flatten = (value: Value): Value =>
    append({ kind: 'flatten', input: value.index }, [value.shape.reduce((product, size) => product * size, 1)]);

  return {
    input: { index: 0, shape: inputShape } satisfies Value as Value,

    /** A square convolution without bias; `padding` zeros on every side, by default (size − 1)/2. */
    conv2d(
      name: string,
      value: Value,
      filters: number,
      settings: { readonly size: number; readonly stride?: number; readonly padding?: number; readonly draw?: Draw },
    ): Value {
      const { size, stride = 1, padding = (size - 1) / 2, draw = torchUniform } = settings;
      const [height, width, channels] = image(value);
      const kernel = parameter(
        `${name}.kernel`,
        [size, size, channels, filters],
        draw(size * size * channels, size * size * filters),
      );
      const shape = [
        outputSide(height, size, stride, padding),
        outputSide(width, size, stride, padding),
        filters,
      ] as const;
      macs += shape[0] * shape[1] * filters * size * size * channels;
      return append({ kind: 'conv2d', input: value.index, kernel, convolution: { stride, padding } }, shape);
    },

    batchNorm(name: string, value: Value): Value {
      const channels = image(value)[2];
      const scale = parameter(`${name}.scale`, [channels], { kind: 'constant', value: 1 });
      const offset = parameter(`${name}.offset`, [channels], { kind: 'constant', value: 0 });
      const index = statistics.push(channels) - 1;
      return append({ kind: 'batchNorm', input: value.index, scale, offset, statistics: index }, value.shape);
    },

    relu: (value: Value): Value => append({ kind: 'relu', input: value.index }, value.shape),

    add(value: Value, other: Value): Value {
      if (value.shape.join() !== other.shape.join()) {
        throw new Error(`Shapes [${value.shape.join()}] and [${other.shape.join()}] cannot be added.`);
      }
      return append({ kind: 'add', input: value.index, other: other.index }, value.shape);
    },

    maxPool: (value: Value, pooling: Pooling): Value => pool('maxPool', value, pooling),

    /** The mean over all positions: [H,W,C] → [C]. */
    globalAveragePool(value: Value): Value {
      const [height, width] = image(value);
      if (height !== width) throw new Error(`Global average pooling needs square images, found ${height}×${width}.`);
      return flatten(pool('averagePool', value, { size: height, stride: 1 }));
    },

    flatten,

    dense(name: string, value: Value, units: number): Value {
      const [inputs = 0] = value.shape;
      const initialiser = torchUniform(inputs, units);
      const kernel = parameter(`${name}.kernel`, [inputs, units], initialiser);
      const bias = parameter(`${name}.bias`, [units], initialiser);
      macs += inputs * units;
      return append({ kind: 'dense', input: value.index, kernel, bias }, [units]);
    },

    /** The finished network; `logits` must be the value appended last. */
    build(logits: Value): Network {
      const [classes] = logits.shape;
      if (logits.index !== layers.length || logits.shape.length !== 1 || classes === undefined) {
        throw new Error('The logits must be the last layer and have one axis.');
      }
      return { inputShape, classes, layers, parameters, statistics, macs };
    },
  };
};

export type NetworkBuilder = ReturnType<typeof networkBuilder>;

export const parameterCountOf = (network: Network): number =>
  network.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
