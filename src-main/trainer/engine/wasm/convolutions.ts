import type { Convolution } from '../ops.ts';
import { convolvePhases, type PhaseAxis } from './phases.ts';
import type { Pool } from './pool.ts';
import { convolutionShape, expectShape, fourSides } from './shapes.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const conv2d = (
  pool: Pool,
  x: { readonly address: number; readonly shape: readonly number[] },
  kernel: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  convolution: Convolution,
): void => {
  const sourceShape = fourSides(x.shape);
  const targetShape = convolutionShape(x.shape, kernel.shape, convolution);
  const [size, , inputs, outputs] = fourSides(kernel.shape);
  const axis = (side: number): PhaseAxis => ({
    taps: size,
    firstTap: 0,
    targets: range(side),
    windows: range(side).map((index) => index * convolution.stride - convolution.padding),
  });
  convolvePhases(pool, {
    source: x.address,
    kernel: kernel.address,
    target,
    sourceShape,
    targetShape,
    phases: [
      {
        rows: axis(targetShape[1]),
        columns: axis(targetShape[2]),
        packing: { start: 0, strides: [size * inputs * outputs, inputs * outputs, outputs, 1] },
      },
    ],
  });
};

/**
 * ∂/∂x is a convolution of dy with the kernel turned round. Input rows i with the same (i + padding) mod stride = r meet the same
 * kernel rows r, r + stride, …: each such phase is a convolution of stride 1 over dy.
 */
export const conv2dInputGrad = (
  pool: Pool,
  dy: { readonly address: number; readonly shape: readonly number[] },
  kernel: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  inputShape: readonly number[],
  convolution: Convolution,
): void => {
  const { stride, padding } = convolution;
  const targetShape = fourSides(inputShape);
  const [size, , inputs, outputs] = fourSides(kernel.shape);
  const dyShape = convolutionShape(inputShape, kernel.shape, convolution);
  expectShape("A convolution output's gradient", dy.shape, dyShape);
  const axis = (side: number, residue: number): PhaseAxis => {
    const taps = residue < size ? Math.ceil((size - residue) / stride) : 0;
    const targets = range(side).filter((index) => (index + padding) % stride === residue);
    return {
      taps,
      firstTap: residue + stride * (taps - 1),
      targets,
      windows: targets.map((index) => Math.floor((index + padding) / stride) - taps + 1),
    };
  };
  const rows = range(stride).map((residue) => axis(targetShape[1], residue));
  const columns = range(stride).map((residue) => axis(targetShape[2], residue));
  convolvePhases(pool, {
    source: dy.address,
    kernel: kernel.address,
    target,
    sourceShape: dyShape,
    targetShape,
    phases: rows.flatMap((row) =>
      columns.map((column) => ({
        rows: row,
        columns: column,
        packing: {
          start: (row.firstTap * size + column.firstTap) * inputs * outputs,
          strides: [-stride * size * inputs * outputs, -stride * inputs * outputs, 1, outputs],
        },
      })),
    ),
  });
};
