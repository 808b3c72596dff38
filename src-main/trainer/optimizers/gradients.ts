import type { Ops, Tensor } from '../engine/ops.ts';

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
