import { batchNormEpsilon, batchNormMomentum, type Layer } from './network.ts';
import { elementCount, type Ops, type Tensor } from './ops.ts';
import { backwardTokens, forwardTokens } from './tokenLayers.ts';

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

/** What a network computes with. The tape replaces entries of `statistics`; optimizers replace entries of `parameters`. */
export interface NetworkState {
  readonly parameters: Tensor[];
  readonly statistics: RunningStatistics[];
}

/** Which gradients of a layer are wanted: with respect to each of `inputsOf(layer)`, and to each of `parametersOf(layer)`. */
export interface Wanted {
  readonly inputs: readonly boolean[];
  readonly parameters: readonly boolean[];
}

export const inputsOf = (layer: Layer): readonly number[] => {
  if (layer.kind === 'add') return [layer.input, layer.other];
  const residual = layer.kind === 'batchNorm' ? (layer.relu?.residual ?? null) : null;
  return residual === null ? [layer.input] : [layer.input, residual];
};

export const parametersOf = (layer: Layer): readonly number[] => {
  switch (layer.kind) {
    case 'conv2d':
      return [layer.kernel];
    case 'batchNorm':
    case 'layerNorm':
      return [layer.scale, layer.offset];
    case 'bias':
      return [layer.bias];
    case 'classToken':
      return [layer.token, layer.positions];
    case 'dense':
      return [layer.kernel, layer.bias];
    default:
      return [];
  }
};

/** Which activations the layer's backward step reads: those have to stay until then. */
export const keptForBackward = (
  layer: Layer,
  wanted: Wanted,
): { readonly input: boolean; readonly output: boolean } => {
  switch (layer.kind) {
    case 'conv2d':
    case 'dense':
      return { input: wanted.parameters[0] === true, output: false };
    case 'batchNorm':
      return { input: true, output: layer.relu !== null };
    case 'gelu':
      return { input: true, output: false };
    case 'relu':
      return { input: false, output: true };
    case 'maxPool':
      return { input: true, output: true };
    case 'add':
    case 'averagePool':
    case 'padChannels':
    case 'reshape':
    case 'bias':
    case 'classToken':
    case 'firstToken':
    case 'layerNorm':
    case 'attention':
      return { input: false, output: false };
  }
};

/** Whether what a layer saves has the batch as its first axis, so that examples can be taken out of it. */
export const savesByExample = (layer: Layer): boolean => layer.kind === 'layerNorm' || layer.kind === 'attention';

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`Index ${index} is outside a list of ${list.length}.`);
  return item;
};

/** Gives a tensor [..., C] to `use` as a matrix of rows [·, C]. */
const withRows = <R>(ops: Ops, x: Tensor, use: (rows: Tensor) => R): R => {
  if (x.shape.length === 2) return use(x);
  const rows = ops.reshape(x, [elementCount(x.shape.slice(0, -1)), x.shape.at(-1) ?? 0]);
  const result = use(rows);
  ops.dispose(rows);
  return result;
};

/** Gives rows [·, C], which it consumes, all axes but the last of `shape`. */
const shapedLike = (ops: Ops, rows: Tensor, shape: readonly number[]): Tensor => {
  if (shape.length === 2) return rows;
  const shaped = ops.reshape(rows, [...shape.slice(0, -1), rows.shape.at(-1) ?? 0]);
  ops.dispose(rows);
  return shaped;
};

/**
 * Runs a layer forward.
 * @param read - gives the tensor of a value.
 * @returns the output, and what else the backward step needs (engine-specific; disposed of by the caller).
 */
export const forward = (
  ops: Ops,
  layer: Layer,
  state: NetworkState,
  read: (value: number) => Tensor,
  mode: StatisticsMode,
): { readonly output: Tensor; readonly saved: readonly Tensor[] } => {
  const plain = (output: Tensor) => ({ output, saved: [] });
  const x = read(layer.input);
  switch (layer.kind) {
    case 'conv2d':
      return plain(ops.conv2d(x, at(state.parameters, layer.kernel), layer.convolution));
    case 'batchNorm': {
      const scale = at(state.parameters, layer.scale);
      const offset = at(state.parameters, layer.offset);
      const running = at(state.statistics, layer.statistics);
      const residual = layer.relu?.residual ?? null;
      const relu = layer.relu === null ? undefined : { residual: residual === null ? null : read(residual) };
      if (mode === 'evaluate') return plain(ops.batchNormInference(x, scale, offset, running, batchNormEpsilon, relu));
      const settings = { epsilon: batchNormEpsilon, momentum: batchNormMomentum };
      const result = ops.batchNorm(x, scale, offset, running, settings, relu);
      const moved = { mean: result.runningMean, variance: result.runningVariance };
      const obsolete = mode === 'update' ? running : moved;
      if (mode === 'update') state.statistics[layer.statistics] = moved;
      ops.dispose(obsolete.mean);
      ops.dispose(obsolete.variance);
      return { output: result.output, saved: result.saved };
    }
    case 'relu':
      return plain(ops.relu(x));
    case 'add':
      return plain(ops.add(x, read(layer.other)));
    case 'maxPool':
      return plain(ops.maxPool(x, layer.pooling));
    case 'averagePool':
      return plain(ops.averagePool(x, layer.pooling));
    case 'padChannels':
      return plain(ops.pad(x, [0, 0, 0, 0], [0, 0, 0, layer.zeros]));
    case 'reshape':
      return plain(ops.reshape(x, [x.shape[0] ?? 0, ...layer.shape]));
    case 'bias':
      return plain(ops.biasAdd(x, at(state.parameters, layer.bias)));
    case 'dense': {
      const kernel = at(state.parameters, layer.kernel);
      const product = withRows(ops, x, (rows) => ops.matMul(rows, kernel, false, false));
      const rows = ops.biasAdd(product, at(state.parameters, layer.bias));
      ops.dispose(product);
      return plain(shapedLike(ops, rows, x.shape));
    }
    default:
      return forwardTokens(ops, layer, state.parameters, x);
  }
};

/** Gradients that a layer's backward step made; null where none was wanted. Those of inputs may be `dy` itself (add). */
export interface LayerGradients {
  readonly inputs: readonly (Tensor | null)[];
  readonly parameters: readonly (Tensor | null)[];
}

/**
 * Runs a layer backward: from ∂L/∂output to the wanted gradients, and no more work than those need.
 * @param isFrozen - BatchNorm's statistics are constants (they come from examples of which only some go back).
 */
export const backward = (
  ops: Ops,
  layer: Layer,
  parameters: readonly Tensor[],
  dy: Tensor,
  kept: { readonly input: () => Tensor; readonly output: () => Tensor; readonly inputShape: readonly number[] },
  saved: readonly Tensor[],
  wanted: Wanted,
  isFrozen: boolean,
): LayerGradients => {
  const only = (input: Tensor): LayerGradients => ({ inputs: [input], parameters: [] });
  switch (layer.kind) {
    case 'conv2d': {
      const kernel = at(parameters, layer.kernel);
      return {
        parameters: [
          wanted.parameters[0] ? ops.conv2dFilterGrad(kept.input(), dy, kernel.shape, layer.convolution) : null,
        ],
        inputs: [wanted.inputs[0] ? ops.conv2dInputGrad(dy, kernel, kept.inputShape, layer.convolution) : null],
      };
    }
    case 'batchNorm': {
      const gradOf = isFrozen ? ops.batchNormFrozenGrad : ops.batchNormGrad;
      const relu =
        layer.relu === null ? undefined : { output: kept.output(), hasResidual: layer.relu.residual !== null };
      const grad = gradOf(dy, kept.input(), at(parameters, layer.scale), saved, batchNormEpsilon, relu);
      const ifWanted = (tensor: Tensor | undefined, isWanted: boolean | undefined): Tensor | null => {
        if (tensor === undefined || isWanted === true) return tensor ?? null;
        ops.dispose(tensor);
        return null;
      };
      return {
        inputs: [ifWanted(grad.input, wanted.inputs[0]), ifWanted(grad.residual, wanted.inputs[1])],
        parameters: [ifWanted(grad.scale, wanted.parameters[0]), ifWanted(grad.offset, wanted.parameters[1])],
      };
    }
    case 'relu':
      return only(ops.reluGrad(dy, kept.output()));
    case 'add':
      return { inputs: wanted.inputs.map((isWanted) => (isWanted ? dy : null)), parameters: [] };
    case 'maxPool':
      return only(ops.maxPoolGrad(dy, kept.input(), kept.output(), layer.pooling));
    case 'averagePool':
      return only(ops.averagePoolGrad(dy, kept.inputShape, layer.pooling));
    case 'padChannels':
      return only(ops.slice(dy, [0, 0, 0, 0], kept.inputShape));
    case 'reshape':
      return only(ops.reshape(dy, kept.inputShape));
    case 'bias':
      return {
        inputs: [wanted.inputs[0] ? dy : null],
        parameters: [wanted.parameters[0] ? ops.biasAddGrad(dy) : null],
      };
    case 'dense':
      return withRows(ops, dy, (dyRows) => ({
        parameters: [
          wanted.parameters[0] ? withRows(ops, kept.input(), (rows) => ops.matMul(rows, dyRows, true, false)) : null,
          wanted.parameters[1] ? ops.biasAddGrad(dy) : null,
        ],
        inputs: [
          wanted.inputs[0]
            ? shapedLike(ops, ops.matMul(dyRows, at(parameters, layer.kernel), false, true), dy.shape)
            : null,
        ],
      }));
    default:
      return backwardTokens(ops, layer, parameters, dy, kept, saved, wanted);
  }
};
