import { z } from 'zod';

const value = z.union([z.number(), z.string(), z.null(), z.array(z.number().nullable())]);
/** One row that an analysis gives: named values. A number that was not finite is null. */
export const analysisRowSchema = z.record(z.string(), value);
export type AnalysisRow = z.infer<typeof analysisRowSchema>;

/** Images on which an analysis computes; the same for every checkpoint that is analysed with these settings. */
export const examplesSettings = {
  /** Of which part of the data set. */
  split: z.enum(['train', 'test']).default('train'),
  /** As many of each class, as far as they go. */
  examples: z.number().int().min(2).max(1e6).default(1024),
  /** Decides which images, and every chance of the analysis. */
  seed: z.number().int().min(0).max(0xffffffff).default(0),
};

/** A kind of analysis of a checkpoint, as lab, window and trainer know it. */
export interface AnalysisKind<S extends { readonly kind: string }> {
  readonly label: string;
  /** One sentence, with its source. */
  readonly help: string;
  readonly settings: z.ZodType<S>;
  /** Rows that it gives, in order; it can go on at any of them. */
  readonly rowCount: (settings: S) => number;
  /** Forward passes over its examples, a backward one counting two: for what is told of its time. */
  readonly passes: (settings: S) => number;
}

/** −1 … 1 times `half`, `points` of them at equal distances. */
export const evenly = (points: number, half: number): number[] =>
  Array.from({ length: points }, (_, index) => half * ((2 * index) / (points - 1) - 1));

/** 0 … n − 1, so that any beginning of it lies spread over all: the coarse picture first. */
export const coarseFirst = (n: number): number[] => {
  const order = new Set<number>();
  for (let stride = 2 ** Math.ceil(Math.log2(Math.max(1, n))); stride >= 1; stride /= 2) {
    for (let index = 0; index < n; index += stride) order.add(index);
  }
  return [...order];
};
