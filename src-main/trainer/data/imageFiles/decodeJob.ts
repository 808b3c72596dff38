import type { CentreCrop, Region } from '../crops.ts';
import type { ImageFile } from './manifest.ts';

/** How one image becomes a square of `side` pixels. */
export type Framing =
  | { readonly kind: 'region'; readonly region: Region; readonly isFlipped: boolean }
  /** The shift moves the window over zeros around the centre, and mirrors; null leaves it as it is. */
  | { readonly kind: 'centre'; readonly centre: CentreCrop; readonly shift: Shift | null };

/** Where a window begins in an image with zeros around it, and whether it is mirrored. */
export interface Shift {
  readonly top: number;
  readonly left: number;
  readonly isFlipped: boolean;
}

/** Images that a thread decodes, one after another, each into its place. */
export interface DecodeJob {
  readonly id: number;
  readonly side: number;
  /** uint8 [B, side, side, 3], shared by all threads that decode the batch. */
  readonly pixels: SharedArrayBuffer;
  readonly images: readonly { readonly place: number; readonly file: ImageFile; readonly framing: Framing }[];
}

/** A job is done, or one of its images cannot be had: why, for a person. */
export interface DecodeReport {
  readonly id: number;
  readonly problem: string | null;
}

/** What a thread is started with. */
export interface DecoderStart {
  readonly root: string;
  /** Whether sharp's native build can be used. */
  readonly isNative: boolean;
}
