import { z } from 'zod';
import { partOf } from '../decimals.ts';

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

/** How a setting of an analysis is asked for. */
export interface AnalysisField {
  /** In the researcher's words. */
  readonly label: string;
  readonly unit?: string;
  /** One sentence. */
  readonly help: string;
  /** What its values are called, where they are words. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** A number that an analysis tells, and how it was computed. */
export interface AnalysisNumber {
  readonly label: string;
  readonly definition: string;
}

/** Labels of the settings that all kinds share. */
export const examplesFields = {
  split: {
    label: 'Images from',
    help: 'Part of the data set from which the images come.',
    texts: { train: 'training set', test: 'test set' },
  },
  examples: { label: 'Images', help: 'As many of each class as of any other; the same for every run.' },
  seed: { label: 'Seed', help: 'Decides which images, and every chance of the analysis, alike for every run.' },
} satisfies Readonly<Record<keyof typeof examplesSettings, AnalysisField>>;

/** Of a loss over a plane. */
export const planeNumbers = {
  center: { label: 'Loss at θ', definition: 'Loss at the middle of the plane: mean cross entropy in evaluation mode.' },
  mean: { label: 'Mean over the plane', definition: 'Mean of the losses at all places that have been computed.' },
  highest: { label: 'Highest', definition: 'The largest finite loss of all places that have been computed.' },
} satisfies Readonly<Record<string, AnalysisNumber>>;

/** How rows are drawn. */
export const analysisDrawings = ['curves', 'heat', 'surface', 'sections', 'measures'] as const;
export type AnalysisDrawing = (typeof analysisDrawings)[number];
export const drawingNames: Readonly<Record<AnalysisDrawing, string>> = {
  curves: 'Curves',
  heat: 'Heat map',
  surface: 'Surface',
  sections: 'Sections',
  measures: 'Measures',
};

/** A kind of analysis of a checkpoint, as lab, window and trainer know it. */
export interface AnalysisKind<S extends { readonly kind: string }> {
  readonly label: string;
  /** One sentence, with its source. */
  readonly help: string;
  readonly settings: z.ZodType<S>;
  /** Of every setting, in the order of the form. */
  readonly fields: Readonly<Record<Exclude<keyof S, 'kind'>, AnalysisField>>;
  /** What is told of it beside its drawings, by the names that src-main/lab/analysisNumbers.ts computes. */
  readonly numbers: Readonly<Record<string, AnalysisNumber>>;
  /** The first is shown first. */
  readonly drawings: readonly AnalysisDrawing[];
  /** Rows that it gives, in order; it can go on at any of them. */
  readonly rowCount: (settings: S) => number;
  /** Forward passes over its examples for one of its rows, a backward one counting two: for what is told of its time. */
  readonly passes: (settings: S, row: number) => number;
}

/** −1 … 1 times `half`, `points` of them at equal distances. */
export const evenly = (points: number, half: number): number[] =>
  Array.from({ length: points }, (_, index) => partOf(half, 2 * index - (points - 1), points - 1));

/** 0 … n − 1, so that any beginning of it lies spread over all: the coarse picture first. */
export const coarseFirst = (n: number): number[] => {
  const order = new Set<number>();
  for (let stride = 2 ** Math.ceil(Math.log2(Math.max(1, n))); stride >= 1; stride /= 2) {
    for (let index = 0; index < n; index += stride) order.add(index);
  }
  return [...order];
};
