import type { Tensor } from './ops.ts';

/** Applies steps one after the other and disposes of what lies between them; x itself stays the caller's. */
export const chain = <T extends Tensor>(
  dispose: (tensor: Tensor) => void,
  x: Tensor,
  first: (x: Tensor) => T,
  ...others: readonly ((x: Tensor) => T)[]
): T =>
  others.reduce((value, step) => {
    const next = step(value);
    dispose(value);
    return next;
  }, first(x));
