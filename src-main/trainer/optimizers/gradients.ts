import { elementCount, type Ops, type Tensor } from '../engine/ops.ts';

/** One gradient for each parameter of a network; null where none was asked for. */
export type Gradients = readonly (Tensor | null)[];

/** sum + share·gradients, parameter by parameter; consumes both. What the sum lacks is 0. */
export const addShare = (ops: Ops, sum: Gradients, gradients: Gradients, share: number): (Tensor | null)[] =>
  gradients.map((gradient, parameter) => {
    const before = sum[parameter] ?? null;
    if (gradient === null) return before;
    const factor = ops.constant(share);
    const next = before === null ? ops.multiply(gradient, factor) : ops.scaleAdd(gradient, factor, before);
    ops.dispose(gradient);
    if (before !== null) ops.dispose(before);
    return next;
  });

/** Second handles on the same gradients. */
export const shared = (ops: Ops, gradients: Gradients): Gradients =>
  gradients.map((gradient) => gradient && ops.reshape(gradient, gradient.shape));

/** Only the chosen ones; disposes of the others. */
export const onlyOf = (ops: Ops, gradients: Gradients, isChosen: (parameter: number) => boolean): Gradients =>
  gradients.map((gradient, parameter) => {
    if (gradient === null || isChosen(parameter)) return gradient;
    ops.dispose(gradient);
    return null;
  });

/** Zeros in the shapes of some tensors. */
export const emptyLike = (ops: Ops, tensors: readonly Tensor[]): Tensor[] =>
  tensors.map(({ shape }) => ops.upload(new Float32Array(elementCount(shape)), shape));

/** `combine` on each parameter's two gradients, both of which it has; consumes both lists. */
export const combined = (
  ops: Ops,
  here: Gradients,
  above: Gradients,
  combine: (here: Tensor, above: Tensor) => Tensor,
): Tensor[] =>
  pairsOf(here, above).map(([gradient, climbed]) => {
    const result = combine(gradient, climbed);
    [gradient, climbed].forEach(ops.dispose);
    return result;
  });

/** ⟨a,b⟩ over all parameters: a scalar, the caller's. */
export const inner = (ops: Ops, a: Gradients, b: Gradients): Tensor => {
  const parts = pairsOf(a, b).map(([left, right]) => {
    const product = ops.multiply(left, right);
    const sum = ops.sum(product);
    ops.dispose(product);
    return sum;
  });
  const packed = ops.pack(parts);
  const total = ops.sum(packed);
  [...parts, packed].forEach(ops.dispose);
  return total;
};

const pairsOf = (a: Gradients, b: Gradients): (readonly [Tensor, Tensor])[] =>
  a.map((left, index) => {
    const right = b[index] ?? null;
    if (left === null || right === null) throw new Error(`Parameter ${index} has no gradient.`);
    return [left, right];
  });

/** ‖·‖² over all that there are: a scalar, the caller's. */
export const squaredNormOf = (ops: Ops, gradients: Gradients): Tensor =>
  ops.squaredNorm(gradients.filter((gradient) => gradient !== null));

/** ‖·‖ over all that there are: a scalar, the caller's. */
export const normOf = (ops: Ops, gradients: Gradients): Tensor => {
  const squared = squaredNormOf(ops, gradients);
  const norm = ops.sqrt(squared);
  ops.dispose(squared);
  return norm;
};
