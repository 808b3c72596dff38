import { useRouter } from 'vue-router';
import type { Experiment } from '../shared/experiment.ts';
import type { RunSummary } from '../shared/run.ts';
import { experimentOfRuns, namesOfRuns } from './experimentOfRuns.ts';
import { useDraft } from './stores/draft.ts';

/**
 * Puts the configuration and seeds of runs into the form of a new experiment, and opens it; nothing where they do not make one.
 * @returns a function of alternatives, of which the first that makes an experiment is taken, of seeds in place of the runs' own, and of a change to it.
 */
export const useAsExperiment = (): ((
  alternatives: readonly (readonly RunSummary[])[],
  seeds?: readonly number[],
  change?: (experiment: Experiment) => Experiment,
) => Promise<void>) => {
  const router = useRouter();
  const draft = useDraft();
  return async (alternatives, seeds, change) => {
    for (const runs of alternatives) {
      const experiment = experimentOfRuns(runs);
      if (experiment === null) continue;
      const names = namesOfRuns(runs.map(({ id }) => id).sort((a, b) => a - b));
      draft.useRuns(names, seeds === undefined ? experiment : { ...experiment, seeds: [...seeds] });
      if (change !== undefined && draft.draft !== null) draft.draft = change(draft.draft);
      await router.push('/new');
      return;
    }
  };
};
