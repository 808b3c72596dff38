import { useStorage } from '@vueuse/core';
import { computed, type ComputedRef, type WritableComputedRef } from 'vue';
import type { GroupCurve } from '../shared/result.ts';
import type { RunSummary } from '../shared/run.ts';
import type { RunConfig } from '../shared/runConfig.ts';
import { chosenSiblings, mostBands, siblingChoices, type SiblingChoice } from './charts/chosenSiblings.ts';
import { useRuns } from './stores/runs.ts';

/** What of a run's experiment stands behind its curves; the choice is kept. */
export const useBeside = (
  run: () => RunSummary,
  curves: () => readonly GroupCurve[],
): {
  choice: WritableComputedRef<SiblingChoice>;
  options: ComputedRef<readonly { readonly value: SiblingChoice; readonly label: string }[]>;
  /** Hashes of the groups. */
  beside: ComputedRef<ReadonlySet<string>>;
  /** Of the groups of its experiment, by hash. */
  configs: ComputedRef<ReadonlyMap<string, RunConfig>>;
} => {
  const runs = useRuns();
  const kept = useStorage<SiblingChoice>('esam-lab.beside', 'few');
  const configs = computed(() => {
    const { experimentId } = run();
    const same = (runs.runs ?? []).filter((other) => other.experimentId === experimentId);
    return new Map(same.map(({ groupHash, config }) => [groupHash, config]));
  });
  const options = computed(() => {
    const count = curves().length;
    const labels = {
      none: 'nothing',
      seeds: 'its other seeds',
      few: `the ${mostBands} closest`,
      all: count > 1 ? `all ${count} groups` : 'its group',
    };
    const choices = siblingChoices.filter((value) => value !== 'few' || count > mostBands);
    return choices.map((value) => ({ value, label: labels[value] }));
  });
  /** What was kept may be of another version; where all are few, a few are all. */
  const choice = computed<SiblingChoice>({
    get: () => options.value.find(({ value }) => value === kept.value)?.value ?? 'all',
    set: (value) => (kept.value = value),
  });
  const beside = computed((known?: ReadonlySet<string>) => {
    const found = chosenSiblings(choice.value, curves(), run(), configs.value);
    // The same set again where nothing changed: the curves would be drawn anew at every epoch of any run.
    return known?.size === found.size && [...found].every((hash) => known.has(hash)) ? known : found;
  });
  return { choice, options, beside, configs };
};
