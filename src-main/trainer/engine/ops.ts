/** Element types. `float32` is float64 in the reference engine; only TensorFlow has `bfloat16`. */
export type DataType = 'float32' | 'bfloat16' | 'int32' | 'int64' | 'uint8' | 'bool';

/** A tensor somewhere on a device. Its engine owns the contents; whoever holds the handle disposes of it exactly once. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dataType: DataType;
}

export type HostArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Square windows, equal strides, `padding` zeros on every side (PyTorch's convention). */
export interface Convolution {
  readonly stride: number;
  readonly padding: number;
}

export interface Pooling {
  readonly size: number;
  readonly stride: number;
}

export interface MaxPooling extends Pooling {
  /** Cells of −∞ on every side, fewer than `size`; 0 where it is left out. */
  readonly padding?: number;
}

/** A ReLU after a batch normalisation, in the same op: output = max(normalised + residual, 0). */
export interface FusedRelu {
  /** Of x's shape and type; null where nothing is added. */
  readonly residual: Tensor | null;
  /** Max-pooling of that, in the same op as well: only where there is no residual. */
  readonly pooling?: MaxPooling | undefined;
}

/** Batch normalisation with given mean and variance, in the same op as the convolution before it; all [C], C of its outputs. */
export interface GivenNormalisation {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly running: { readonly mean: Tensor; readonly variance: Tensor };
  readonly epsilon: number;
  readonly relu?: FusedRelu | undefined;
}

/** What a fused ReLU left for the way back. */
export interface FusedReluOutput {
  readonly output: Tensor;
  readonly hasResidual: boolean;
  readonly pooling?: MaxPooling | undefined;
}

export interface BatchNormResult {
  /** Normalised with the batch's own mean and biased variance, then what was fused; same shape as x. */
  readonly output: Tensor;
  /** (1 − momentum)·running + momentum·batch, the batch's variance unbiased; both [C]. */
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  /** What `batchNormGrad` needs besides x and scale; engine-specific, disposed of by the holder. */
  readonly saved: readonly Tensor[];
}

export interface BatchNormGradients {
  readonly input: Tensor;
  readonly scale: Tensor;
  readonly offset: Tensor;
  /** Where a residual was fused. */
  readonly residual?: Tensor;
}

export interface LayerNormResult {
  readonly output: Tensor;
  /** All that `layerNormGrad` needs besides scale; engine-specific, the batch axis first, disposed of by the holder. */
  readonly saved: readonly Tensor[];
}

/** What has been asked of an engine since it was opened. */
export interface OpCounters {
  /** Kernel calls in all, and by the engine's own kernel name. */
  kernels: number;
  readonly byKernel: Map<string, number>;
  /** Bytes copied from host to device, of floats and in all. */
  uploadedFloatBytes: number;
  uploadedBytes: number;
  /** Handles now alive. */
  handles: number;
  /** Bytes of the tensors behind them, a buffer that two handles share counted twice; and the most so far, which may be reset. */
  bytes: number;
  peakBytes: number;
}

/**
 * The op table: all that the tape, the models and the optimizers ask of an engine. Layout is NHWC for activations and HWIO for
 * kernels. No op changes or disposes of its inputs, except `momentumUpdate`, which consumes two.
 */
export interface Ops {
  /** "TensorFlow 2.21.0 (CPU)". */
  readonly name: string;
  readonly device: 'CPU' | 'GPU';
  /** In which an op computes. */
  readonly threads: number;
  /** Whether TensorFlow computes with oneDNN's kernels; null: this is another engine. */
  readonly oneDnn: boolean | null;
  /** Whether a max-pooling fused with a batch normalisation of so many channels saves passes over memory; else the layers do both in turn. */
  fusesMaxPool(channels: number, pooling: MaxPooling): boolean;
  readonly counters: OpCounters;

  /** Copies a host array to the device: Float→float32, Int32→int32, Uint8→uint8. The array must not change afterwards. */
  upload(data: HostArray, shape: readonly number[]): Tensor;
  /** Copies a float32, bfloat16 (as floats), int32, uint8 or bool tensor to the host; waits for the device. */
  download(tensor: Tensor): HostArray;
  dispose(tensor: Tensor): void;
  /** A float32 scalar that the engine keeps: uploaded once per value, never to be disposed of. */
  constant(value: number): Tensor;
  /** Waits until the device has done all it was asked. */
  synchronize(): void;
  /** Frees all that the engine keeps for itself. */
  close(): void;

  /**
   * x [B,H,W,I], kernel [K,K,I,O], float32 or of x's type → [B,H',W',O] with H' = ⌊(H + 2·padding − K)/stride⌋ + 1.
   * @param normalisation - what is done to that in the same op.
   */
  conv2d(x: Tensor, kernel: Tensor, convolution: Convolution, normalisation?: GivenNormalisation): Tensor;
  /** ∂/∂x; dy [B,H',W',O] → inputShape [B,H,W,I]. @param added - of that shape, added to it in the same op. */
  conv2dInputGrad(
    dy: Tensor,
    kernel: Tensor,
    inputShape: readonly number[],
    convolution: Convolution,
    added?: Tensor | null,
  ): Tensor;
  /** ∂/∂kernel → kernelShape [K,K,I,O], float32 or of x's type. */
  conv2dFilterGrad(x: Tensor, dy: Tensor, kernelShape: readonly number[], convolution: Convolution): Tensor;

  /** Batch normalisation over all axes but the last, in training. @param momentum - 0.1 as in PyTorch. */
  batchNorm(
    x: Tensor,
    scale: Tensor,
    offset: Tensor,
    running: { readonly mean: Tensor; readonly variance: Tensor },
    settings: { readonly epsilon: number; readonly momentum: number },
    relu?: FusedRelu,
  ): BatchNormResult;
  /** The same with given mean and variance [C]. */
  batchNormInference(
    x: Tensor,
    scale: Tensor,
    offset: Tensor,
    running: { readonly mean: Tensor; readonly variance: Tensor },
    epsilon: number,
    relu?: FusedRelu,
  ): Tensor;
  /**
   * Gradients through the batch's own statistics.
   * @param relu - where one was fused. @param isInputWanted - false: `input` may be any tensor, of no elements for example.
   */
  batchNormGrad(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
    relu?: FusedReluOutput,
    isInputWanted?: boolean,
  ): BatchNormGradients;
  /** Gradients with the batch's statistics taken for constants: what is left when only some of the batch's examples go back. */
  batchNormFrozenGrad(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
    relu?: FusedReluOutput,
    isInputWanted?: boolean,
  ): BatchNormGradients;

  relu(x: Tensor): Tensor;
  /** dy where the output y > 0, else 0. */
  reluGrad(dy: Tensor, y: Tensor): Tensor;

  /** [B,H,W,C] → [B,⌊(H + 2·padding − size)/stride⌋ + 1, …, C]. Of equal maxima the first (row by row) gets the gradient. */
  maxPool(x: Tensor, pooling: MaxPooling): Tensor;
  maxPoolGrad(dy: Tensor, x: Tensor, y: Tensor, pooling: MaxPooling): Tensor;
  /** Without padding: [B,H,W,C] → [B,⌊(H − size)/stride⌋ + 1, …, C]. */
  averagePool(x: Tensor, pooling: Pooling): Tensor;
  averagePoolGrad(dy: Tensor, inputShape: readonly number[], pooling: Pooling): Tensor;

  /** a·b of matrices, each transposed on request. */
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  /** a·b of the matrices in the last two axes, each transposed on request; the axes before, at least one, are the same in both. */
  batchMatMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  /** Adds bias [C] along the last axis. */
  biasAdd(x: Tensor, bias: Tensor): Tensor;
  /** Sum of dy over all axes but the last → [C]. */
  biasAddGrad(dy: Tensor): Tensor;
  /** The same elements in the same order; a new handle. */
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  /** Axis i of the result is axis `axes[i]` of x, float32 of any rank; a new handle. */
  transpose(x: Tensor, axes: readonly number[]): Tensor;
  /** Zeros around a float32 tensor: `before[i]` and `after[i]` of them along axis i. */
  pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor;
  /** The block of `shape` from index `begin` on, of a float32 tensor. */
  slice(x: Tensor, begin: readonly number[], shape: readonly number[]): Tensor;

  /** Layer normalisation: each row along the last axis by its own mean and biased variance, then ·scale + offset, both [C]. */
  layerNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): LayerNormResult;
  /** Gradients; `saved` is what `layerNorm` gave. */
  layerNormGrad(
    dy: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
  ): { readonly input: Tensor; readonly scale: Tensor; readonly offset: Tensor };
  /** x·Φ(x) with the exact normal distribution function Φ(x) = (1 + erf(x/√2))/2. */
  gelu(x: Tensor): Tensor;
  /** dy·(Φ(x) + x·φ(x)). */
  geluGrad(dy: Tensor, x: Tensor): Tensor;
  /** exp(x)/Σ exp(x) along the last axis, float32 of any rank. */
  softmax(x: Tensor): Tensor;
  /** y·(dy − Σ dy·y), the sum along the last axis; y is the output. */
  softmaxGrad(dy: Tensor, y: Tensor): Tensor;

  /**
   * Per-example cross entropy against (1 − smoothing)·onehot + smoothing/K, as in PyTorch.
   * @param logits - [B,K]. @param labels - int64 [B].
   * @returns losses [B], and each example's own gradient ∂lossᵢ/∂logitsᵢ [B,K].
   */
  softmaxCrossEntropy(
    logits: Tensor,
    labels: Tensor,
    smoothing: number,
  ): { readonly losses: Tensor; readonly logitsGrad: Tensor };
  /** 1 where the label's logit is the largest, else 0: float32 [B]. */
  isCorrect(logits: Tensor, labels: Tensor): Tensor;

  /** Elementwise on two tensors of one data type, the smaller broadcast as in NumPy. */
  add(a: Tensor, b: Tensor): Tensor;
  subtract(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  divide(a: Tensor, b: Tensor): Tensor;
  sqrt(a: Tensor): Tensor;
  cast(a: Tensor, dataType: DataType): Tensor;
  /** x·factor + y, factor a float32 scalar, x and y of one shape. */
  scaleAdd(x: Tensor, factor: Tensor, y: Tensor): Tensor;
  /** Sum of all elements of a float32 tensor → scalar. */
  sum(x: Tensor): Tensor;
  /** Σ over tensors and elements of x² → scalar. */
  squaredNorm(tensors: readonly Tensor[]): Tensor;
  /** float32 [nᵢ, ...S] one after the other → [Σnᵢ, ...S]. */
  concat(tensors: readonly Tensor[]): Tensor;
  /** n float32 tensors of one shape S (scalars, for example) → [n, ...S]. */
  pack(tensors: readonly Tensor[]): Tensor;
  /** float32 [n, ...S] → n tensors of shape S: undoes `pack`. */
  unpack(x: Tensor): readonly Tensor[];

  /** Slices along axis 0: x [N, …], indices int32 of any shape S → [...S, …]. */
  gather(x: Tensor, indices: Tensor): Tensor;
  /** Indices int32 [k] of the k largest of values [B], in falling order, ties by index. */
  topK(values: Tensor, k: number): Tensor;

  /**
   * SGD with momentum as PyTorch computes it: d = g + weightDecay·θ; v ← momentum·v + d; θ ← θ − learningRate·v, or
   * θ − learningRate·(d + momentum·v) where it is Nesterov's.
   * Consumes the handles `parameter` and `velocity`; an engine may update in place where nobody else shares their buffers.
   */
  momentumUpdate(
    parameter: Tensor,
    velocity: Tensor,
    gradient: Tensor,
    settings: {
      readonly learningRate: number;
      readonly momentum: number;
      readonly weightDecay: number;
      readonly nesterov: boolean;
    },
  ): { readonly parameter: Tensor; readonly velocity: Tensor };
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Output side of a window of `size` moved by `stride` over `side` + 2·`padding` cells. */
export const outputSide = (side: number, size: number, stride: number, padding: number): number =>
  Math.floor((side + 2 * padding - size) / stride) + 1;
