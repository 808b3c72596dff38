import { chain } from './chain.ts';
import type { LayerGradients, Wanted } from './layers.ts';
import { layerNormEpsilon, type TokenLayer } from './network.ts';
import type { Ops, Tensor } from './ops.ts';

/** The tensor at `index`. @throws Error where there is none. */
const at = (tensors: readonly Tensor[], index: number): Tensor => {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`Tensor ${index} was asked for, there are ${tensors.length}.`);
  return tensor;
};

/** Batch, tokens and width of [B,T,D]. */
const tokenSides = (shape: readonly number[]): [number, number, number] => {
  const [batch, tokens, width, ...others] = shape;
  if (batch === undefined || tokens === undefined || width === undefined || others.length > 0) {
    throw new Error(`Found the shape [${shape.join()}], expected tokens [B,T,D].`);
  }
  return [batch, tokens, width];
};

/**
 * softmax(QKᵀ/√d)·V of each head.
 * @param x - [B,T,3D]: queries, keys and values, each of H heads of d units.
 * @returns output [B,T,D]; saved: Q/√d, K, V, all [B,H,T,d], and the softmax [B,H,T,T].
 */
const attention = (ops: Ops, x: Tensor, heads: number): { readonly output: Tensor; readonly saved: Tensor[] } => {
  const { dispose } = ops;
  const [batch, tokens, threefold] = tokenSides(x.shape);
  const units = threefold / 3 / heads;
  const parts = chain(
    dispose,
    x,
    (rows) => ops.reshape(rows, [batch, tokens, 3, heads, units]),
    (split) => ops.transpose(split, [2, 0, 3, 1, 4]),
  );
  const [unscaled, keys, values] = ops.unpack(parts);
  if (unscaled === undefined || keys === undefined || values === undefined) throw new Error('Attention needs 3 parts.');
  dispose(parts);
  const queries = ops.multiply(unscaled, ops.constant(1 / Math.sqrt(units)));
  dispose(unscaled);
  const weights = chain(dispose, queries, (q) => ops.batchMatMul(q, keys, false, true), ops.softmax);
  const output = chain(
    dispose,
    weights,
    (w) => ops.batchMatMul(w, values, false, false),
    (mixed) => ops.transpose(mixed, [0, 2, 1, 3]),
    (rows) => ops.reshape(rows, [batch, tokens, threefold / 3]),
  );
  return { output, saved: [queries, keys, values, weights] };
};

/** ∂L/∂x [B,T,3D] of `attention`, from dy [B,T,D]. */
const attentionGrad = (ops: Ops, dy: Tensor, saved: readonly Tensor[]): Tensor => {
  const { dispose } = ops;
  const [queries, keys, values, weights] = [at(saved, 0), at(saved, 1), at(saved, 2), at(saved, 3)];
  const [batch, tokens, width] = tokenSides(dy.shape);
  const [, heads = 0, , units = 0] = queries.shape;
  const mixedGrad = chain(
    dispose,
    dy,
    (rows) => ops.reshape(rows, [batch, tokens, heads, units]),
    (split) => ops.transpose(split, [0, 2, 1, 3]),
  );
  const valuesGrad = ops.batchMatMul(weights, mixedGrad, true, false);
  const scoresGrad = chain(
    dispose,
    mixedGrad,
    (gradient) => ops.batchMatMul(gradient, values, false, true),
    (weightsGrad) => ops.softmaxGrad(weightsGrad, weights),
  );
  dispose(mixedGrad);
  const queriesGrad = chain(
    dispose,
    scoresGrad,
    (gradient) => ops.batchMatMul(gradient, keys, false, false),
    (scaledGrad) => ops.multiply(scaledGrad, ops.constant(1 / Math.sqrt(units))),
  );
  const keysGrad = ops.batchMatMul(scoresGrad, queries, true, false);
  dispose(scoresGrad);
  const gradients = ops.pack([queriesGrad, keysGrad, valuesGrad]); // [3,B,H,T,d]
  [queriesGrad, keysGrad, valuesGrad].forEach(dispose);
  const result = chain(
    dispose,
    gradients,
    (parts) => ops.transpose(parts, [1, 3, 0, 2, 4]),
    (split) => ops.reshape(split, [batch, tokens, 3 * width]),
  );
  dispose(gradients);
  return result;
};

/** Token [1,D] before x [B,T,D], and positions [T+1,D] added. */
const prepend = (ops: Ops, x: Tensor, token: Tensor, positions: Tensor): Tensor => {
  const [, tokens] = tokenSides(x.shape);
  const added = chain(
    ops.dispose,
    token,
    (first) => ops.pad(first, [0, 0], [tokens, 0]),
    (first) => ops.add(first, positions),
  );
  const output = chain(
    ops.dispose,
    x,
    (others) => ops.pad(others, [0, 1, 0], [0, 0, 0]),
    (all) => ops.add(all, added),
  );
  ops.dispose(added);
  return output;
};

/** Runs a transformer's layer forward; see `forward` in layers.ts. */
export const forwardTokens = (
  ops: Ops,
  layer: TokenLayer,
  parameters: readonly Tensor[],
  x: Tensor,
): { readonly output: Tensor; readonly saved: readonly Tensor[] } => {
  switch (layer.kind) {
    case 'classToken':
      return { output: prepend(ops, x, at(parameters, layer.token), at(parameters, layer.positions)), saved: [] };
    case 'firstToken': {
      const [batch, , width] = tokenSides(x.shape);
      const output = chain(
        ops.dispose,
        x,
        (all) => ops.slice(all, [0, 0, 0], [batch, 1, width]),
        (first) => ops.reshape(first, [batch, width]),
      );
      return { output, saved: [] };
    }
    case 'layerNorm':
      return ops.layerNorm(x, at(parameters, layer.scale), at(parameters, layer.offset), layerNormEpsilon);
    case 'attention':
      return attention(ops, x, layer.heads);
    case 'gelu':
      return { output: ops.gelu(x), saved: [] };
  }
};

/** Runs a transformer's layer backward; see `backward` in layers.ts. */
export const backwardTokens = (
  ops: Ops,
  layer: TokenLayer,
  parameters: readonly Tensor[],
  dy: Tensor,
  kept: { readonly input: () => Tensor; readonly inputShape: readonly number[] },
  saved: readonly Tensor[],
  wanted: Wanted,
): LayerGradients => {
  const ifWanted = (tensor: Tensor, isWanted: boolean | undefined): Tensor | null => {
    if (isWanted === true) return tensor;
    ops.dispose(tensor);
    return null;
  };
  switch (layer.kind) {
    case 'classToken': {
      const [batch, tokens, width] = tokenSides(dy.shape);
      // The positions' gradient is the sum over the batch.
      const positions = chain(
        ops.dispose,
        dy,
        (all) => ops.reshape(all, [batch, tokens * width]),
        ops.biasAddGrad,
        (sums) => ops.reshape(sums, [tokens, width]),
      );
      const token = wanted.parameters[0] ? ops.slice(positions, [0, 0], [1, width]) : null;
      return {
        inputs: [wanted.inputs[0] ? ops.slice(dy, [0, 1, 0], kept.inputShape) : null],
        parameters: [token, ifWanted(positions, wanted.parameters[1])],
      };
    }
    case 'firstToken': {
      const [batch, tokens, width] = tokenSides(kept.inputShape);
      const input = chain(
        ops.dispose,
        dy,
        (first) => ops.reshape(first, [batch, 1, width]),
        (first) => ops.pad(first, [0, 0, 0], [0, tokens - 1, 0]),
      );
      return { inputs: [input], parameters: [] };
    }
    case 'layerNorm': {
      const grad = ops.layerNormGrad(dy, at(parameters, layer.scale), saved);
      return {
        inputs: [ifWanted(grad.input, wanted.inputs[0])],
        parameters: [ifWanted(grad.scale, wanted.parameters[0]), ifWanted(grad.offset, wanted.parameters[1])],
      };
    }
    case 'attention':
      return { inputs: [attentionGrad(ops, dy, saved)], parameters: [] };
    case 'gelu':
      return { inputs: [ops.geluGrad(dy, kept.input())], parameters: [] };
  }
};
