import { elementCount, outputSide, type Convolution, type MaxPooling, type Pooling } from './ops.ts';

/** How a parameter tensor starts: one value, or independent draws from N(0, sd²) or U(−bound, bound). */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly sd: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** What a parameter tensor is to its layer: `scale` and `offset` are a normalisation's. */
export type ParameterRole = 'kernel' | 'bias' | 'scale' | 'offset' | 'token' | 'positions';

export interface ParameterSpec {
  readonly name: string;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** One step of the computation. `input`, `other` and `residual` are value indices, parameters and statistics indices into the network's lists. */
export type Layer =
  | { readonly kind: 'conv2d'; readonly input: number; readonly kernel: number; readonly convolution: Convolution }
  | {
      readonly kind: 'batchNorm';
      readonly input: number;
      readonly scale: number;
      readonly offset: number;
      readonly statistics: number;
      /** A ReLU after it, of the sum with a value where that is not null. */
      readonly relu: { readonly residual: number | null } | null;
    }
  | { readonly kind: 'relu'; readonly input: number }
  | { readonly kind: 'add'; readonly input: number; readonly other: number }
  | { readonly kind: 'maxPool'; readonly input: number; readonly pooling: MaxPooling }
  | { readonly kind: 'averagePool'; readonly input: number; readonly pooling: Pooling }
  /** Zeros after the last of the channels. */
  | { readonly kind: 'padChannels'; readonly input: number; readonly zeros: number }
  /** Another shape (without the batch axis) for the same elements. */
  | { readonly kind: 'reshape'; readonly input: number; readonly shape: readonly number[] }
  | { readonly kind: 'bias'; readonly input: number; readonly bias: number }
  | { readonly kind: 'dense'; readonly input: number; readonly kernel: number; readonly bias: number }
  | TokenLayer;

/** The steps of transformers, on tokens [B,T,D]. */
export type TokenLayer =
  /** [B,T,D] → [B,T+1,D]: `token` [1,D] comes first, then `positions` [T+1,D] is added. */
  | { readonly kind: 'classToken'; readonly input: number; readonly token: number; readonly positions: number }
  | { readonly kind: 'firstToken'; readonly input: number }
  | { readonly kind: 'layerNorm'; readonly input: number; readonly scale: number; readonly offset: number }
  /** [B,T,3D] (queries, keys, values, each of `heads` parts) → [B,T,D]. */
  | { readonly kind: 'attention'; readonly input: number; readonly heads: number }
  | { readonly kind: 'gelu'; readonly input: number };

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

/** BatchNorm's constants, PyTorch's. */
export const batchNormEpsilon = 1e-5;
export const batchNormMomentum = 0.1;
/** The Vision Transformer's. */
export const layerNormEpsilon = 1e-6;

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

  const parameter = (layer: string, role: ParameterRole, shape: readonly number[], initialiser: Initialiser): number =>
    parameters.push({ name: `${layer}.${role}`, role, shape, initialiser }) - 1;
  const append = (layer: Layer, shape: readonly number[]): Value => ({ index: layers.push(layer), shape });
  const image = (value: Value): readonly [number, number, number] => {
    const [height, width, channels] = value.shape;
    if (height === undefined || width === undefined || channels === undefined) {
      throw new Error(`An image-shaped value was expected, found shape [${value.shape.join()}].`);
    }
    return [height, width, channels];
  };
  const tokens = (value: Value): readonly [number, number] => {
    const [count, width, ...others] = value.shape;
    if (count === undefined || width === undefined || others.length > 0) {
      throw new Error(`Tokens [T,D] were expected, found shape [${value.shape.join()}].`);
    }
    return [count, width];
  };
  const pool = (kind: 'maxPool' | 'averagePool', value: Value, pooling: MaxPooling): Value => {
    const [height, width, channels] = image(value);
    const shrink = (side: number): number => outputSide(side, pooling.size, pooling.stride, pooling.padding ?? 0);
    return append({ kind, input: value.index, pooling }, [shrink(height), shrink(width), channels]);
  };
  const reshape = (value: Value, shape: readonly number[]): Value => {
    if (elementCount(shape) !== elementCount(value.shape)) {
      throw new Error(`Shape [${value.shape.join()}] has other elements than [${shape.join()}].`);
    }
    return append({ kind: 'reshape', input: value.index, shape }, shape);
  };
  const flatten = (value: Value): Value => reshape(value, [elementCount(value.shape)]);
  /** Scale and offset of a normalisation over `channels`. */
  const affine = (name: string, channels: number): { readonly scale: number; readonly offset: number } => ({
    scale: parameter(name, 'scale', [channels], { kind: 'constant', value: 1 }),
    offset: parameter(name, 'offset', [channels], { kind: 'constant', value: 0 }),
  });
  const batchNorm = (name: string, value: Value, relu: { readonly residual: number | null } | null): Value => {
    const channels = image(value)[2];
    const layer = { kind: 'batchNorm', input: value.index, ...affine(name, channels), relu } as const;
    return append({ ...layer, statistics: statistics.push(channels) - 1 }, value.shape);
  };
  const expectSameShape = (value: Value, other: Value): void => {
    if (value.shape.join() === other.shape.join()) return;
    throw new Error(`Shapes [${value.shape.join()}] and [${other.shape.join()}] cannot be added.`);
  };

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
        name,
        'kernel',
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

    batchNorm: (name: string, value: Value): Value => batchNorm(name, value, null),

    /** ReLU of batch normalisation, or of its sum with `residual`, as one layer: fewer passes over memory. */
    batchNormRelu(name: string, value: Value, residual: Value | null = null): Value {
      if (residual !== null) expectSameShape(value, residual);
      return batchNorm(name, value, { residual: residual?.index ?? null });
    },

    relu: (value: Value): Value => append({ kind: 'relu', input: value.index }, value.shape),

    add(value: Value, other: Value): Value {
      expectSameShape(value, other);
      return append({ kind: 'add', input: value.index, other: other.index }, value.shape);
    },

    maxPool: (value: Value, pooling: MaxPooling): Value => pool('maxPool', value, pooling),
    averagePool: (value: Value, pooling: Pooling): Value => pool('averagePool', value, pooling),

    /** The mean over all positions: [H,W,C] → [C]. */
    globalAveragePool(value: Value): Value {
      const [height, width] = image(value);
      if (height !== width) throw new Error(`Global average pooling needs square images, found ${height}×${width}.`);
      return flatten(pool('averagePool', value, { size: height, stride: 1 }));
    },

    flatten,
    reshape,

    /** [H,W,C] → [H,W,channels], zeros in the new ones. */
    padChannels(value: Value, channels: number): Value {
      const [height, width, before] = image(value);
      return append({ kind: 'padChannels', input: value.index, zeros: channels - before }, [height, width, channels]);
    },

    /** Adds a bias along the last axis. */
    bias(name: string, value: Value, initialiser: Initialiser): Value {
      const bias = parameter(name, 'bias', [value.shape.at(-1) ?? 0], initialiser);
      return append({ kind: 'bias', input: value.index, bias }, value.shape);
    },

    /** A dense layer along the last axis; PyTorch's default initialisation where none is given. */
    dense(
      name: string,
      value: Value,
      units: number,
      settings: { readonly draw?: Draw; readonly bias?: Initialiser } = {},
    ): Value {
      const inputs = value.shape.at(-1) ?? 0;
      const { draw = torchUniform, bias: initialBias = torchUniform(inputs, units) } = settings;
      const kernel = parameter(name, 'kernel', [inputs, units], draw(inputs, units));
      const bias = parameter(name, 'bias', [units], initialBias);
      macs += elementCount(value.shape) * units;
      return append({ kind: 'dense', input: value.index, kernel, bias }, [...value.shape.slice(0, -1), units]);
    },

    /** Puts a learned token before the others and adds a learned position to each: [T,D] → [T+1,D]. */
    classToken(name: string, value: Value, initialiser: Initialiser): Value {
      const [count, width] = tokens(value);
      const token = parameter(name, 'token', [1, width], initialiser);
      const positions = parameter(name, 'positions', [count + 1, width], initialiser);
      return append({ kind: 'classToken', input: value.index, token, positions }, [count + 1, width]);
    },

    /** [T,D] → [D]. */
    firstToken: (value: Value): Value => append({ kind: 'firstToken', input: value.index }, [tokens(value)[1]]),

    layerNorm: (name: string, value: Value): Value =>
      append({ kind: 'layerNorm', input: value.index, ...affine(name, value.shape.at(-1) ?? 0) }, value.shape),

    /** Scaled dot-product attention of every token to every token: [T,3D] → [T,D]. @see Vaswani et al. 2017, section 3.2 */
    attention(value: Value, heads: number): Value {
      const [count, threefold] = tokens(value);
      const width = threefold / 3;
      if (!Number.isInteger(width / heads)) throw new Error(`${threefold} units are not 3 × ${heads} equal heads.`);
      macs += 2 * count * count * width;
      return append({ kind: 'attention', input: value.index, heads }, [count, width]);
    },

    gelu: (value: Value): Value => append({ kind: 'gelu', input: value.index }, value.shape),

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

/** What each parameter is. */
export const rolesOf = ({ parameters }: Network): ParameterRole[] => parameters.map(({ role }) => role);

export const parameterCountOf = (network: Network): number =>
  network.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
