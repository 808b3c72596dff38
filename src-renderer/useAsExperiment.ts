import { useRouter } from 'vue-router';
import type { RunSummary } from '../shared/run.ts';
import { experimentOfRuns, namesOfRuns } from './experimentOfRuns.ts';
import { useDraft } from './stores/draft.ts';

/**
 * Puts the configuration and seeds of runs into the form of a new experiment, and opens it; nothing where they do not make one.
 * @returns a function of alternatives, of which the first that makes an experiment is taken, and of seeds in place of the runs' own.
 */
export const useAsExperiment = (): ((
  alternatives: readonly (readonly RunSummary[])[],
  seeds?: readonly number[],
) => Promise<void>) => {
  const router = useRouter();
  const draft = useDraft();
  return async (alternatives, seeds) => {
    for (const runs of alternatives) {
      const experiment = experimentOfRuns(runs);
      if (experiment === null) continue;
      const names = namesOfRuns(runs.map(({ id }) => id).sort((a, b) => a - b));
      draft.useRuns(names, seeds === undefined ? experiment : { ...experiment, seeds: [...seeds] });
      await router.push('/new');
      return;
    }
  };
};
