import { useRouter } from 'vue-router';
import type { RunSummary } from '../shared/run.ts';
import { useCompare } from './stores/compare.ts';

/** Opens Compare with the groups of runs, of whatever experiments. */
export const useComparing = (): ((runs: readonly RunSummary[]) => Promise<void>) => {
  const router = useRouter();
  const compare = useCompare();
  return async (runs) => {
    compare.chooseExperiments([]);
    compare.chooseGroups([...new Set(runs.map(({ groupHash }) => groupHash))]);
    await router.push('/compare');
  };
};
