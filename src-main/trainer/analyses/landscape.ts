import { coarseFirst, evenly } from '../../../shared/analyses/analysis.ts';
import type { AnalysisRow } from '../../../shared/analyses/index.ts';
import type { LandscapeSettings } from '../../../shared/analyses/landscape.ts';
import { rolesOf, type Network } from '../engine/network.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import { fastestPasses } from './fastestPasses.ts';
import { lossFunction, type LossFunction, type Subject } from './subject.ts';
import type { Vector } from './vectors.ts';

/**
 * Gives each filter of a direction the norm of the parameters' filter: the weights that lead to one output, the last axis of HWIO and of
 * dense kernels. What is no kernel (vectors, tokens) becomes 0. @see Li et al. 2018, section 4
 * @returns the caller's.
 */
export const filterNormalised = (ops: Ops, network: Network, direction: Vector, parameters: Vector): Tensor[] => {
  const roles = rolesOf(network);
  return direction.map((tensor, index) => {
    const parameter = parameters[index];
    const numbers = Float64Array.from(ops.download(tensor));
    const own = parameter === undefined ? null : ops.download(parameter);
    if (roles[index] !== 'kernel' || own === null) return ops.upload(new Float64Array(numbers.length), tensor.shape);
    const filters = tensor.shape.at(-1) ?? 1;
    const squares = (values: ArrayLike<number>, filter: number): number => {
      let sum = 0;
      for (let at = filter; at < values.length; at += filters) sum += (values[at] ?? 0) ** 2;
      return sum;
    };
    for (let filter = 0; filter < filters; filter++) {
      const factor = Math.sqrt(squares(own, filter) / (squares(numbers, filter) || 1));
      for (let at = filter; at < numbers.length; at += filters) numbers[at] = (numbers[at] ?? 0) * factor;
    }
    return ops.upload(numbers, tensor.shape);
  });
};

/** Losses at θ + a·x + b·y for every b, in order. */
export const lossesAlong = async (
  along: LossFunction,
  [x, y]: readonly [Vector, Vector],
  a: number,
  places: readonly number[],
  pause: () => Promise<void>,
): Promise<number[]> => {
  const { vectors } = along;
  const start = vectors.combined(x, a, along.parameters);
  const losses: number[] = [];
  try {
    for (const b of places) {
      await pause();
      const where = vectors.combined(y, b, start);
      losses.push(along.loss(where));
      vectors.dispose(where);
    }
  } finally {
    vectors.dispose(start);
  }
  return losses;
};

/** Two Gaussian directions of a pair; the caller's. */
const directionsOf = (subject: Subject, along: LossFunction, settings: LandscapeSettings, pair: number) => {
  const { ops, network } = subject;
  const random = subject.random(`directions ${pair}`);
  const draw = (): Tensor[] => {
    const raw = along.vectors.drawn(along.parameters, random.normal);
    if (settings.directions === 'plain') return raw;
    const normalised = filterNormalised(ops, network, raw, along.parameters);
    along.vectors.dispose(raw);
    return normalised;
  };
  return [draw(), draw()] as const;
};

/** The loss over the plane of two directions, a line a row, coarse grid first. @see Du et al. 2022, Fig. 4 */
export async function* landscapeRows(
  subject: Subject,
  settings: LandscapeSettings,
  from: number,
): AsyncGenerator<AnalysisRow> {
  const { points, radius, pairs } = settings;
  const passes = fastestPasses(subject);
  const along = lossFunction(subject, 'evaluate', passes.batches);
  const places = evenly(points, radius);
  const order = coarseFirst(points);
  try {
    for (let pair = Math.floor(from / points); pair < pairs; pair++) {
      const directions = directionsOf(subject, along, settings, pair);
      try {
        for (const line of order.slice(Math.max(0, from - pair * points))) {
          const a = places[line] ?? 0;
          yield { pair, a, losses: await lossesAlong(along, directions, a, places, subject.pause) };
        }
      } finally {
        directions.forEach(along.vectors.dispose);
      }
    }
  } finally {
    passes.dispose();
  }
}
