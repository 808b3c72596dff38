import { wholeShare } from '../../../../shared/decimals.ts';
import type { EsamConfig } from '../../../../shared/runConfig.ts';
import type { Ops, Tensor } from '../../engine/ops.ts';

type SelectionSettings = Pick<EsamConfig, 'gamma' | 'selection'>;

/** |𝔹⁺| = max(1, ⌊γ·B⌋); the release's strict comparison with the k-th largest Δ loses that one. */
export const keptCount = ({ gamma, selection }: SelectionSettings, examples: number): number => {
  const k = Math.max(1, wholeShare(gamma, examples));
  return selection === 'sharpness-strict' ? Math.max(1, k - 1) : k;
};

/**
 * The examples with Δ > 0, int32 [k], in order; the one with the largest Δ if there is none.
 * How many they are has to be known on the host, so this waits for the device.
 */
export const keepPositive = (ops: Ops, sharpness: Tensor): Tensor => {
  const positive = [...ops.download(sharpness)].flatMap((delta, example) => (delta > 0 ? [example] : []));
  return positive.length === 0 ? ops.topK(sharpness, 1) : ops.upload(Int32Array.from(positive), [positive.length]);
};
