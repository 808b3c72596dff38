import { stripElements } from './kernels/layout.ts';
import { BatchNormInputGrad, BatchNormSums, ChannelMoments, Normalise } from './kernels/normalizations/table.ts';
import type { Pool } from './pool.ts';
import { withTemporaries } from './temporaries.ts';

/** Rows of a task: a number that the shape alone determines. */
const rowsPerTask = (rows: number, channels: number): number =>
  Math.max(Math.ceil(rows / 64), Math.ceil(stripElements / channels));

interface RowsOfTasks {
  readonly rows: number;
  readonly channels: number;
  readonly rowsPerTask: number;
}

/** Lets a kernel leave float64 [tasks][2][C], and reads them. */
const perTaskSums = (
  pool: Pool,
  rows: number,
  channels: number,
  run: (tasks: number, to: number, parts: RowsOfTasks) => void,
): { readonly sums: Float64Array; readonly rowsOf: (task: number) => number; readonly tasks: number } => {
  const perTask = rowsPerTask(rows, channels);
  const tasks = Math.ceil(rows / perTask);
  const sums = withTemporaries(pool, ({ allocate }) => {
    const address = allocate(tasks * 2 * channels * 8);
    run(tasks, address, { rows, channels, rowsPerTask: perTask });
    return pool.doubles(address, tasks * 2 * channels).slice();
  });
  return { sums, rowsOf: (task) => Math.min(perTask, rows - task * perTask), tasks };
};

/** Mean and Σ(x − mean)² of each channel, the tasks' parts merged in their order (Chan, Golub & LeVeque 1983, eq. 2.1). */
export const channelMoments = (
  pool: Pool,
  x: number,
  rows: number,
  channels: number,
): { readonly mean: Float64Array; readonly squares: Float64Array } => {
  const { sums, rowsOf, tasks } = perTaskSums(pool, rows, channels, (count, moments, parts) => {
    pool.run(ChannelMoments, count, { x, moments, ...parts });
  });
  const mean = sums.slice(0, channels);
  const squares = sums.slice(channels, 2 * channels);
  let before = rowsOf(0);
  for (let task = 1; task < tasks; task++) {
    const added = rowsOf(task);
    const all = before + added;
    for (let channel = 0; channel < channels; channel++) {
      const place = 2 * task * channels + channel;
      const delta = (sums[place] ?? NaN) - (mean[channel] ?? NaN);
      mean[channel] = (mean[channel] ?? NaN) + (delta * added) / all;
      squares[channel] =
        (squares[channel] ?? NaN) + (sums[place + channels] ?? NaN) + (delta * delta * before * added) / all;
    }
    before = all;
  }
  return { mean, squares };
};

/** Σ dy and Σ dy·(x − mean) of each channel. */
export const gradientSums = (
  pool: Pool,
  dy: number,
  x: number,
  mean: number,
  rows: number,
  channels: number,
): { readonly sums: Float64Array; readonly products: Float64Array } => {
  const { sums, tasks } = perTaskSums(pool, rows, channels, (count, to, parts) => {
    pool.run(BatchNormSums, count, { dy, x, mean, sums: to, ...parts });
  });
  for (let task = 1; task < tasks; task++) {
    for (let place = 0; place < 2 * channels; place++) {
      sums[place] = (sums[place] ?? NaN) + (sums[2 * task * channels + place] ?? NaN);
    }
  }
  return { sums: sums.slice(0, channels), products: sums.slice(channels, 2 * channels) };
};

/** Σ dy and Σ dy·x of each channel. */
export const channelSums = (
  pool: Pool,
  dy: number,
  x: number,
  rows: number,
  channels: number,
): ReturnType<typeof gradientSums> =>
  withTemporaries(pool, ({ allocate }) => {
    const zeros = allocate(channels * 4);
    pool.floats(zeros, channels).fill(0);
    return gradientSums(pool, dy, x, zeros, rows, channels);
  });

interface PeriodsOfTasks {
  readonly constants: number;
  readonly elements: number;
  readonly period: number;
  readonly elementsPerTask: number;
}

/** Lets a kernel work on each element with its channel's constants, repeated so that a period is a multiple of 4 floats. */
const perElement = (
  pool: Pool,
  constants: readonly ArrayLike<number>[],
  rows: number,
  channels: number,
  run: (tasks: number, parts: PeriodsOfTasks) => void,
): void => {
  const repeats =
    channels % 4 === 0 ? Math.max(1, Math.floor(64 / channels)) : 4 * Math.max(1, Math.floor(16 / channels));
  const period = channels * repeats;
  withTemporaries(pool, ({ allocate }) => {
    const address = allocate(constants.length * period * 4);
    const values = pool.floats(address, constants.length * period);
    constants.forEach((constant, index) => {
      for (let place = 0; place < period; place++) values[index * period + place] = constant[place % channels] ?? NaN;
    });
    const perTask = Math.max(1, Math.floor(stripElements / period)) * period;
    const elements = rows * channels;
    run(Math.ceil(elements / perTask), { constants: address, elements, period, elementsPerTask: perTask });
  });
};

/** (x − mean)·factor + offset. */
export const normalise = (
  pool: Pool,
  x: number,
  to: number,
  constants: readonly [mean: ArrayLike<number>, factor: ArrayLike<number>, offset: ArrayLike<number>],
  rows: number,
  channels: number,
): void =>
  perElement(pool, constants, rows, channels, (tasks, parts) => {
    pool.run(Normalise, tasks, { x, to, ...parts });
  });

/** factor·(dy − meanDy − (x − mean)·slope). */
export const inputGradient = (
  pool: Pool,
  tensors: { readonly dy: number; readonly x: number; readonly to: number },
  constants: readonly [
    mean: ArrayLike<number>,
    factor: ArrayLike<number>,
    meanDy: ArrayLike<number>,
    slope: ArrayLike<number>,
  ],
  rows: number,
  channels: number,
): void =>
  perElement(pool, constants, rows, channels, (tasks, parts) => {
    pool.run(BatchNormInputGrad, tasks, { ...tensors, ...parts });
  });
