import { outputSide, type Convolution } from '../ops.ts';

/** The four sides of an image batch [B,H,W,C] or a kernel [K,K,I,O]. @throws Error for other ranks. */
export const fourSides = (shape: readonly number[]): [number, number, number, number] => {
  const [first, second, third, fourth, ...rest] = shape;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined || rest.length > 0) {
    throw new Error(`Found the shape [${shape.join()}], expected four sides.`);
  }
  return [first, second, third, fourth];
};

/** Rows and columns of a matrix. @throws Error for other ranks. */
export const twoSides = (shape: readonly number[]): [number, number] => {
  const [rows, columns, ...rest] = shape;
  if (rows === undefined || columns === undefined || rest.length > 0) {
    throw new Error(`Found the shape [${shape.join()}], expected a matrix.`);
  }
  return [rows, columns];
};

/** Size of the last axis, and how many of them there are. */
export const rowsAndChannels = (shape: readonly number[]): { readonly rows: number; readonly channels: number } => {
  const channels = shape.at(-1);
  if (channels === undefined) throw new Error('Found a scalar, expected channels along the last axis.');
  return { rows: shape.slice(0, -1).reduce((product, side) => product * side, 1), channels };
};

/** @throws Error unless both are the same. */
export const expectShape = (what: string, found: readonly number[], expected: readonly number[]): void => {
  if (found.join() !== expected.join()) {
    throw new Error(`${what} has the shape [${found.join()}], expected [${expected.join()}].`);
  }
};

/** Checks that image [B,H,W,I] and kernel [K,K,I,O] fit each other. @returns the output's shape. */
export const convolutionShape = (
  inputShape: readonly number[],
  kernelShape: readonly number[],
  { stride, padding }: Convolution,
): [number, number, number, number] => {
  const [size, , inputs, outputs] = fourSides(kernelShape);
  const [batch, height, width] = fourSides(inputShape);
  expectShape('A convolution kernel', kernelShape, [size, size, inputs, outputs]);
  expectShape('A convolution input', inputShape, [batch, height, width, inputs]);
  return [batch, outputSide(height, size, stride, padding), outputSide(width, size, stride, padding), outputs];
};

/** An outer axis of a broadcast: its side, and how far a and b move along it. */
export interface BroadcastAxis {
  readonly side: number;
  readonly a: number;
  readonly b: number;
}

export interface Broadcast {
  readonly shape: readonly number[];
  /** The innermost axis first, neighbouring axes joined where both tensors allow it; at least one. */
  readonly axes: readonly BroadcastAxis[];
}

/** How a and b meet under NumPy's rule: right-aligned, sides are equal or one of them is 1. @throws Error where they do not. */
export const broadcast = (aShape: readonly number[], bShape: readonly number[]): Broadcast => {
  const rank = Math.max(aShape.length, bShape.length);
  const shape: number[] = [];
  const axes: BroadcastAxis[] = [];
  let aStride = 1;
  let bStride = 1;
  for (let axis = 1; axis <= rank; axis++) {
    const aSide = aShape[aShape.length - axis] ?? 1;
    const bSide = bShape[bShape.length - axis] ?? 1;
    const side = aSide === 1 ? bSide : aSide;
    if (bSide !== side && bSide !== 1) {
      throw new Error(`Shapes [${aShape.join()}] and [${bShape.join()}] do not broadcast.`);
    }
    shape.unshift(side);
    if (side === 1) continue;
    const a = aSide === 1 ? 0 : aStride;
    const b = bSide === 1 ? 0 : bStride;
    const inner = axes.at(-1);
    if (inner !== undefined && a === inner.a * inner.side && b === inner.b * inner.side) {
      axes[axes.length - 1] = { ...inner, side: inner.side * side };
    } else {
      axes.push({ side, a, b });
    }
    aStride *= aSide;
    bStride *= bSide;
  }
  if (axes.length === 0) axes.push({ side: 1, a: 1, b: 1 });
  return { shape, axes };
};

/** How far one step along each axis leads in a tensor stored row by row. */
export const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
