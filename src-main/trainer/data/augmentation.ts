import type { AugmentationConfig } from '../../../shared/runConfig.ts';
import type { RandomStream } from './rng.ts';

/** What happens to one image: where its crop begins in the padded image, whether it is mirrored, what is cut out of the crop. */
export interface Distortion {
  readonly top: number;
  readonly left: number;
  readonly isFlipped: boolean;
  /** Rows and columns [from, to) that become 0 after normalisation; null = nothing. */
  readonly hole: { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] } | null;
}

/**
 * Draws one image's distortion; what is switched off draws nothing.
 * Cutout's square is centred on a random pixel and clipped at the border (DeVries and Taylor 2017).
 */
export const drawDistortion = (
  config: AugmentationConfig,
  height: number,
  width: number,
  random: RandomStream,
): Distortion => {
  const shifts = 2 * config.cropPadding + 1;
  const top = config.cropPadding > 0 ? random.integer(shifts) : 0;
  const left = config.cropPadding > 0 ? random.integer(shifts) : 0;
  const isFlipped = config.flip && random.uniform() < 0.5;
  const isCut = config.cutoutSize > 0 && config.cutoutProbability > 0 && random.uniform() < config.cutoutProbability;
  if (!isCut) return { top, left, isFlipped, hole: null };
  const span = (side: number): readonly [number, number] => {
    const from = random.integer(side) - (config.cutoutSize >> 1);
    return [Math.max(0, from), Math.min(side, from + config.cutoutSize)];
  };
  return { top, left, isFlipped, hole: { rows: span(height), columns: span(width) } };
};
