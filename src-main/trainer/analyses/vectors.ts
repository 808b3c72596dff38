import type { RandomStream } from '../data/rng.ts';
import { elementCount, type Ops, type Tensor } from '../engine/ops.ts';

/** A direction in parameter space: one tensor for each parameter. */
export type Vector = readonly Tensor[];

/** Arithmetic of such vectors on an engine. Every result is the caller's; no argument is consumed. */
export const vectors = (ops: Ops) => {
  /** Calls `use` with a scalar of the engine's precision. */
  const withScalar = <R>(value: number, use: (scalar: Tensor) => R): R => {
    const scalar = ops.upload(Float64Array.of(value), []);
    const result = use(scalar);
    ops.dispose(scalar);
    return result;
  };
  const paired = <R>(x: Vector, y: Vector, use: (a: Tensor, b: Tensor) => R): R[] =>
    x.map((a, index) => {
      const b = y[index];
      if (b === undefined) throw new Error(`Vectors of ${x.length} and ${y.length} tensors do not go together.`);
      return use(a, b);
    });
  const dispose = (x: Vector): void => x.forEach(ops.dispose);
  const product = (x: Vector, y: Vector): Tensor[] => paired(x, y, ops.multiply);
  const dot = (x: Vector, y: Vector): number => {
    const sums = product(x, y).map((tensor) => {
      const sum = ops.sum(tensor);
      ops.dispose(tensor);
      return sum;
    });
    const packed = ops.pack(sums);
    const values = ops.download(packed);
    [packed, ...sums].forEach(ops.dispose);
    return [...values].reduce((total, value) => total + value, 0);
  };

  return {
    dispose,
    /** x·y element by element. */
    product,
    dot,
    norm: (x: Vector): number => Math.sqrt(dot(x, x)),
    scaled: (x: Vector, factor: number): Tensor[] =>
      withScalar(factor, (scalar) => x.map((tensor) => ops.multiply(tensor, scalar))),
    /** factor·x + y. */
    combined: (x: Vector, factor: number, y: Vector): Tensor[] =>
      withScalar(factor, (scalar) => paired(x, y, (a, b) => ops.scaleAdd(a, scalar, b))),
    /** Uploads `draw()` for every element of such a vector. */
    drawn: (like: Vector, draw: () => number): Tensor[] =>
      like.map(({ shape }) =>
        ops.upload(
          Float64Array.from({ length: elementCount(shape) }, () => draw()),
          shape,
        ),
      ),
    /** The same again under handles of its own. */
    copied: (x: Vector): Tensor[] => x.map((tensor) => ops.reshape(tensor, tensor.shape)),
  };
};
export type Vectors = ReturnType<typeof vectors>;

/** ±1 with equal chance. */
export const rademacher = (random: RandomStream) => (): number => (random.uniform() < 0.5 ? -1 : 1);
