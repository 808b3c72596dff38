import { tokensOf, type Building, type Value } from '../building.ts';
import { chain } from '../chain.ts';
import { inputOnly, plainLayer, tensorAt } from '../layers.ts';
import type { Ops, Tensor } from '../ops.ts';

/** Scaled dot-product attention of every token to every token: [B,T,3D] → [B,T,D]. @see Vaswani et al. 2017, section 3.2 */
export const attention = (building: Building, value: Value, heads: number): Value => {
  const [count, threefold] = tokensOf(value);
  const width = threefold / 3;
  if (!Number.isInteger(width / heads)) throw new Error(`${threefold} units are not 3 × ${heads} equal heads.`);
  building.addMacs(2 * count * count * width);
  return building.append(
    {
      ...plainLayer(value.index),
      savesByExample: true,
      forward: ({ ops, x }) => attend(ops, x, [count, width, heads]),
      backward: ({ ops, dy, saved }) => inputOnly(attendGrad(ops, dy, saved, [count, width, heads])),
    },
    [count, width],
  );
};

type Sides = readonly [tokens: number, width: number, heads: number];

/**
 * softmax(QKᵀ/√d)·V of each head.
 * @param x - [B,T,3D]: queries, keys and values, each of H heads of d units.
 * @returns output [B,T,D]; saved: Q/√d, K, V, all [B,H,T,d], and the softmax [B,H,T,T].
 */
const attend = (
  ops: Ops,
  x: Tensor,
  [tokens, width, heads]: Sides,
): { readonly output: Tensor; readonly saved: Tensor[] } => {
  const { dispose } = ops;
  const batch = x.shape[0] ?? 0;
  const units = width / heads;
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
    (rows) => ops.reshape(rows, [batch, tokens, width]),
  );
  return { output, saved: [queries, keys, values, weights] };
};

/** ∂L/∂x [B,T,3D] of `attend`, from dy [B,T,D]. */
const attendGrad = (ops: Ops, dy: Tensor, saved: readonly Tensor[], [tokens, width, heads]: Sides): Tensor => {
  const { dispose } = ops;
  const [queries, keys] = [tensorAt(saved, 0), tensorAt(saved, 1)];
  const [values, weights] = [tensorAt(saved, 2), tensorAt(saved, 3)];
  const batch = dy.shape[0] ?? 0;
  const units = width / heads;
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
