import { useDebounceFn } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { everyGroup } from '../shared/result.ts';
import type { GroupCurve } from '../shared/result.ts';
import type { RunSummary } from '../shared/run.ts';
import { runAxes, type RunAxis } from './charts/runAxes.ts';
import { useConnection } from './connection.ts';
import { useProblems } from './stores/problems.ts';

/** Means over the finished runs of each group of an experiment, the same groups in the same order. */
export interface SiblingCurves {
  readonly testLoss: readonly GroupCurve[];
  readonly testAccuracy: readonly GroupCurve[];
}

const nobody: SiblingCurves = { testLoss: [], testAccuracy: [] };

/** The lab's mean curves of a run's experiment, to compare the run with; read again whenever a run has ended. */
export const useSiblingCurves = (run: () => RunSummary, axis: () => RunAxis): ShallowRef<SiblingCurves> => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const curves = shallowRef(nobody);

  const read = async (): Promise<void> => {
    const { experimentId } = run();
    const onAxis = runAxes[axis()].ofGroups;
    const query = { ...everyGroup, experimentIds: [experimentId] };
    const found = await problems.attempt('Read the curves of the other runs', () =>
      Promise.all([
        lab.curves({ query, metric: 'testLoss', axis: onAxis, relativeTo: null }),
        lab.curves({ query, metric: 'testAccuracy', axis: onAxis, relativeTo: null }),
      ]),
    );
    if (run().experimentId !== experimentId || runAxes[axis()].ofGroups !== onAxis) return;
    curves.value = found === null ? nobody : { testLoss: found[0], testAccuracy: found[1] };
  };
  const readSoon = useDebounceFn(read, 300, { maxWait: 1000 });
  watch([() => run().experimentId, () => runAxes[axis()].ofGroups], () => void read(), { immediate: true });
  onScopeDispose(
    onEvent((event) => {
      if (event.type === 'runsChanged' || (event.type === 'runChanged' && event.run.endedAt !== null)) void readSoon();
    }),
  );
  return curves;
};
