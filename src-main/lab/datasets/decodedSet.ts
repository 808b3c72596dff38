import type { SplitChoice, ValueRange } from '../../../shared/dataset.ts';

/** One half of a data set: pixels uint8 [N, height, width, channels], labels uint8 [N]. */
export interface DecodedSplit {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** What an importer makes of its files, all in memory, checked. */
export interface DecodedSet {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: DecodedSplit;
  readonly test: DecodedSplit;
  /** Where it came from, in words. */
  readonly source: string;
  /** A name for a set that nobody named. */
  readonly suggestedName: string;
  /** The published set that the importer has proven this to be; null where only the content can tell. */
  readonly published: 'cifar10' | 'cifar100' | null;
}

/** How far an import is; `share` is 0–1, null where it cannot be told. */
export interface ImportProgress {
  readonly message: string;
  readonly share: number | null;
}

/** What every importer gets besides its files. */
export interface ImportContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
  /** For sets that say nothing of what is for testing; default: they are refused, with the offer. */
  readonly split?: SplitChoice | null;
  /** For arrays of numbers whose black and white nobody can tell; default: they are refused, with the question. */
  readonly range?: ValueRange | null;
}
