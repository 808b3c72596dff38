import { elementCount } from '../ops.ts';

/** Contents of a tensor: float64 for float32, whole float64 numbers for int64 (exact to 2⁵³), else its own type. */
export type Numbers = Float64Array | Int32Array | Uint8Array;

/** Contents with their shape, row by row. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

export interface FloatArray extends NumberArray {
  readonly data: Float64Array;
}

/** The element at `index`. @throws Error outside of the array. */
export const at = (data: ArrayLike<number>, index: number): number => {
  const value = data[index];
  if (value === undefined) throw new Error(`Index ${index} is outside of an array of ${data.length} elements.`);
  return value;
};

export const zeros = (shape: readonly number[]): FloatArray => ({ shape, data: new Float64Array(elementCount(shape)) });

export const filled = (shape: readonly number[], element: (index: number) => number): FloatArray => {
  const { data } = zeros(shape);
  for (let index = 0; index < data.length; index++) data[index] = element(index);
  return { shape, data };
};

/** The four sides of an image batch [B,H,W,C] or a kernel [K,K,I,O]. @throws Error for other ranks. */
export const fourSides = (shape: readonly number[]): [number, number, number, number] => {
  const [first, second, third, fourth, ...rest] = shape;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined || rest.length > 0) {
    throw new Error(`Found the shape [${shape.join(',')}], expected four sides.`);
  }
  return [first, second, third, fourth];
};

/** Rows and columns of a matrix. @throws Error for other ranks. */
export const twoSides = (shape: readonly number[]): [number, number] => {
  const [rows, columns, ...rest] = shape;
  if (rows === undefined || columns === undefined || rest.length > 0) {
    throw new Error(`Found the shape [${shape.join(',')}], expected a matrix.`);
  }
  return [rows, columns];
};

/** @throws Error unless both are the same. */
export const expectShape = (what: string, found: readonly number[], expected: readonly number[]): void => {
  if (found.join() !== expected.join()) {
    throw new Error(`${what} has the shape [${found.join(',')}], expected [${expected.join(',')}].`);
  }
};
