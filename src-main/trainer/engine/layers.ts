import { elementCount, type GivenNormalisation, type MaxPooling, type Ops, type Tensor } from './ops.ts';

/** Running mean and variance of one BatchNorm, [C] each. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * What BatchNorm normalises with, and what becomes of its running statistics: the batch's statistics and the running ones
 * move (`update`) or stay (`keep`), or the running ones themselves (`evaluate`).
 */
export type StatisticsMode = 'update' | 'keep' | 'evaluate';

/** What a network computes with. Layers replace entries of `statistics`; optimizers replace entries of `parameters`. */
export interface NetworkState {
  readonly parameters: Tensor[];
  readonly statistics: RunningStatistics[];
}

/** Which gradients of a layer are wanted: with respect to each of its inputs, and to each of its parameters. */
export interface Wanted {
  readonly inputs: readonly boolean[];
  readonly parameters: readonly boolean[];
}

/** Which activations a layer's backward step reads: those have to stay until then. */
export interface Keeps {
  readonly input: boolean;
  readonly output: boolean;
}

export interface ForwardPass {
  readonly ops: Ops;
  /** Its first input, and its second where it has one. */
  readonly x: Tensor;
  readonly other: Tensor | null;
  /** The layer's parameters, by position. */
  readonly parameter: (position: number) => Tensor;
  readonly statistics: RunningStatistics[];
  readonly mode: StatisticsMode;
  /** Of what it makes, to be done in the same op: for layers that can. */
  readonly normalisation?: GivenNormalisation;
}

export interface BackwardPass {
  readonly ops: Ops;
  /** ∂L/∂output, stays the caller's. */
  readonly dy: Tensor;
  /** What `Keeps` asked for. */
  readonly input: () => Tensor;
  readonly output: () => Tensor;
  readonly inputShape: readonly number[];
  readonly parameter: (position: number) => Tensor;
  /** What the forward step saved. */
  readonly saved: readonly Tensor[];
  /** Of a layer that `addsArrived`: what has come to its input from the layers after it; null: nothing has. */
  readonly arrived: Tensor | null;
  readonly wanted: Wanted;
  /** BatchNorm's statistics are constants (they come from examples of which only some go back). */
  readonly isFrozen: boolean;
  /** As in the forward pass, and the running statistics as they are. */
  readonly mode: StatisticsMode;
  readonly statistics: readonly RunningStatistics[];
}

/** Gradients that a layer's backward step made; null where none was wanted. Those of inputs may be `dy` itself (add). */
export interface LayerGradients {
  readonly inputs: readonly (Tensor | null)[];
  readonly parameters: readonly (Tensor | null)[];
}

/** One step of the computation. `inputs` are value indices, `parameters` indices into the network's list. */
export interface Layer {
  readonly inputs: readonly number[];
  readonly parameters: readonly number[];
  keeps(wanted: Wanted): Keeps;
  /** Whether what it saves has the batch as its first axis, so that examples can be taken out of it. */
  readonly savesByExample: boolean;
  /** Whether its backward step adds, to the gradient of its first input, what has arrived there already. */
  readonly addsArrived?: boolean;
  /** Whether it has running statistics, which a pass that updates them moves. */
  readonly hasStatistics?: boolean;
  /** Whether its forward step can do a batch normalisation with given statistics as well. */
  readonly canNormalise?: boolean;
  /** What it does where it is a max-pooling: for the layer before it to do. */
  readonly maxPooling?: MaxPooling;
  /** The same layer with a max-pooling after it in the same op; null where it does not fit, or the engine gains nothing by it. */
  withMaxPool?(ops: Ops, pooling: MaxPooling): Layer | null;
  /** What it does with given statistics where it is a batch normalisation and nothing else: for the layer before it to do. */
  givenNormalisation?(pass: Pick<ForwardPass, 'parameter' | 'other' | 'statistics'>): GivenNormalisation;
  /** The output, and what else the backward step needs (engine-specific; disposed of by the caller). */
  forward(pass: ForwardPass): { readonly output: Tensor; readonly saved: readonly Tensor[] };
  /** From ∂L/∂output to the wanted gradients, and no more work than those need. */
  backward(pass: BackwardPass): LayerGradients;
}

export const firstInputOf = ({ inputs }: Pick<Layer, 'inputs'>): number => inputs[0] ?? 0;

/** What most layers are: one input, no parameters, nothing kept and nothing saved. */
export const plainLayer = (input: number): Pick<Layer, 'inputs' | 'parameters' | 'keeps' | 'savesByExample'> => ({
  inputs: [input],
  parameters: [],
  keeps: () => ({ input: false, output: false }),
  savesByExample: false,
});

/** An output for which nothing had to be saved. */
export const unsaved = (output: Tensor) => ({ output, saved: [] });

/** The gradients of a layer that has one input and no parameters. */
export const inputOnly = (gradient: Tensor): LayerGradients => ({ inputs: [gradient], parameters: [] });

/** A gradient that was made anyway: given where it is wanted, else disposed of. */
export const ifWanted = (ops: Ops, gradient: Tensor | undefined, isWanted: boolean | undefined): Tensor | null => {
  if (gradient === undefined || isWanted === true) return gradient ?? null;
  ops.dispose(gradient);
  return null;
};

/** Gives a tensor [..., C] to `use` as a matrix of rows [·, C]. */
export const withRows = <R>(ops: Ops, x: Tensor, use: (rows: Tensor) => R): R => {
  if (x.shape.length === 2) return use(x);
  const rows = ops.reshape(x, [elementCount(x.shape.slice(0, -1)), x.shape.at(-1) ?? 0]);
  const result = use(rows);
  ops.dispose(rows);
  return result;
};

/** Gives rows [·, C], which it consumes, all axes but the last of `shape`. */
export const shapedLike = (ops: Ops, rows: Tensor, shape: readonly number[]): Tensor => {
  if (shape.length === 2) return rows;
  const shaped = ops.reshape(rows, [...shape.slice(0, -1), rows.shape.at(-1) ?? 0]);
  ops.dispose(rows);
  return shaped;
};

/** The tensor at `index`. @throws Error where there is none. */
export const tensorAt = (tensors: readonly Tensor[], index: number): Tensor => {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`Tensor ${index} was asked for, there are ${tensors.length}.`);
  return tensor;
};
