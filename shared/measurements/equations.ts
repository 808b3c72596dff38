import type { Measurement } from './measurement.ts';
import { meanLosses } from './selectedLosses.ts';

/** 1 where the smaller is at most the larger, else 0; its mean over steps is the share in which the equation held. */
const held = (smaller: number | null, larger: number | null): number | null =>
  smaller === null || larger === null ? null : Number(smaller <= larger);

export const equation9: Measurement = {
  label: 'Eq. 9 held',
  help: 'Whether L over 𝔹⁻ at θ was at most L over 𝔹⁺ at θ (Du et al. 2022, Eq. 9).',
  unit: 'share of steps',
  of: (parts) => held(meanLosses.dropped(parts), meanLosses.kept(parts)),
};
export const equation10: Measurement = {
  label: 'Eq. 10 held',
  help: 'Whether L over 𝔹 at θ+ε was at most L over 𝔹⁺ at θ+ε (Du et al. 2022, Eq. 10).',
  unit: 'share of steps',
  // Where nobody was dropped 𝔹⁺ is 𝔹, and there is nothing to hold.
  of: (parts) =>
    meanLosses.droppedAbove(parts) === null ? null : held(meanLosses.above(parts), meanLosses.keptAbove(parts)),
};
