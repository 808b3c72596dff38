import { LabError } from '../../../../shared/errors.ts';
import { noNormalisation } from '../../../../shared/methods/samOn.ts';
import type { ParameterRole } from '../../engine/network.ts';

/** Which tensors a climb moves, by their index. */
export type Mask = readonly boolean[];

/** Chooses the tensors that a climb moves. */
export interface Moves {
  /** Those of the next climb; null = all. */
  choose(): Mask | null;
  /** After a step that climbed. */
  climbed(): void;
  /** What is kept for the next step. */
  kept(): Mask | null;
  recall(mask: Mask | null): void;
}

const fixed = (mask: Mask | null): Moves => ({
  choose: () => mask,
  climbed: () => undefined,
  kept: () => null,
  recall: () => undefined,
});

export const everything = fixed(null);

/**
 * Scales and offsets of normalisations alone, by what each parameter is to its layer (SAM-ON, Mueller et al. 2023).
 * @throws LabError CONFIG_INVALID where the network has none.
 */
export const normalisations = (roles: readonly ParameterRole[]): Moves => {
  const mask = roles.map((role) => role === 'scale' || role === 'offset');
  if (!mask.includes(true)) throw new LabError('CONFIG_INVALID', noNormalisation);
  return fixed(mask.includes(false) ? mask : null);
};

/**
 * Stochastic weight perturbation (Du et al. 2022): each tensor with probability β, independently.
 * @param drawnAfter - the mask of a step is drawn at the end of the one before, as the authors' release does: the first has none.
 */
export const tensorShare = (tensors: number, beta: number, uniform: () => number, drawnAfter: boolean): Moves => {
  if (beta === 1) return everything;
  let next: Mask | null = null;
  return {
    choose: () => (drawnAfter ? next : drawMask(tensors, beta, uniform)),
    climbed() {
      if (drawnAfter) next = drawMask(tensors, beta, uniform);
    },
    kept: () => next,
    recall(mask) {
      next = mask;
    },
  };
};

/** Draws again while none is chosen. */
const drawMask = (tensors: number, beta: number, uniform: () => number): Mask => {
  for (;;) {
    const mask = Array.from({ length: tensors }, () => uniform() < beta);
    if (mask.includes(true)) return mask;
  }
};
