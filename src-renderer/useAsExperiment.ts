import { useRouter } from 'vue-router';
import type { RunSummary } from '../shared/run.ts';
import { experimentOfRuns, namesOfRuns } from './experimentOfRuns.ts';
import { useDraft } from './stores/draft.ts';

/** Puts the configuration and seeds of runs into the form of a new experiment, and opens it; nothing where they do not make one. */
export const useAsExperiment = (): ((runs: readonly RunSummary[]) => Promise<void>) => {
  const router = useRouter();
  const draft = useDraft();
  return async (runs) => {
    const experiment = experimentOfRuns(runs);
    if (experiment === null) return;
    draft.useRuns(namesOfRuns(runs.map(({ id }) => id).sort((a, b) => a - b)), experiment);
    await router.push('/new');
  };
};
