import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** The things that are left to chance; each draws from a stream of its own, so that a change in one never moves another. */
export type StreamName =
  | 'weights'
  | 'shuffle'
  | 'augmentation'
  | 'mask'
  | 'selection'
  | 'schedule'
  | 'direction'
  | 'subset'
  | 'testSubset'
  | 'labelNoise'
  | `analysis ${string}`
  | `observe ${number}`;

/** A seeded sequence of random numbers (xoroshiro128+). */
export interface RandomStream {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform on 0 … below − 1. */
  integer(below: number): number;
  /** N(0, 1). */
  normal(): number;
  /** 0 … n − 1 in random order. */
  permutation(n: number): Int32Array;
  /** k different numbers of 0 … n − 1, in random order. */
  subset(n: number, k: number): Int32Array;
  /** Four 32-bit numbers from which the stream goes on. */
  state(): readonly number[];
  /** Goes on from such a state. */
  restore(state: readonly number[]): void;
}

/** The stream of a run's seed and a purpose: its state is the first 128 bits of SHA-256("seed/name"). */
export const randomStream = (seed: number, name: StreamName): RandomStream => {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  let generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));

  const uniform = (): number => uniformFloat64(generator);
  const integer = (below: number): number => uniformInt(generator, 0, below - 1);
  /** The first k of a Fisher–Yates shuffle. */
  const subset = (n: number, k: number): Int32Array => {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let index = 0; index < k; index++) {
      const other = index + integer(n - index);
      const value = order[other] ?? 0;
      order[other] = order[index] ?? 0;
      order[index] = value;
    }
    return order.subarray(0, k).slice();
  };
  return {
    uniform,
    integer,
    // Box and Muller 1958; the second number of each pair is dropped, so that the state alone says where the stream stands.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation: (n) => subset(n, n),
    subset,
    state: () => generator.getState(),
    restore: (state) => {
      generator = xoroshiro128plusFromState(state);
    },
  };
};
