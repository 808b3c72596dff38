import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { usualColumns } from '../../shared/runs/columns.ts';
import { runViewSchema, type NamedRunView, type RunView } from '../../shared/runs/view.ts';
import { useConnection } from '../connection.ts';
import { useKept } from './kept.ts';
import { useProblems } from './problems.ts';

const usualView: RunView = { query: '', columns: [...usualColumns], sort: null, isGrouped: true };

const isSame = (a: RunView, b: RunView): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How the list of runs is looked at, and the views that the workspace keeps under a name. */
export const useRunViews = defineStore('runViews', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const view = shallowRef<RunView>(usualView);
  useKept().keep('runs.view', runViewSchema, view);
  const saved = shallowRef<readonly NamedRunView[]>([]);

  const load = async (): Promise<void> => {
    const read = await problems.attempt('Read the views of the runs', () => lab.runViews({}));
    saved.value = read ?? saved.value;
  };
  const change = (part: Partial<RunView>): void => {
    view.value = { ...view.value, ...part };
  };
  const reset = (): void => change({ columns: usualView.columns, sort: null, isGrouped: true });
  const keep = async (name: string): Promise<boolean> =>
    (await problems.attempt('Keep the view', () => lab.saveRunView({ name, view: view.value }))) !== null;
  const remove = (name: string): Promise<unknown> =>
    problems.attempt('Remove the view', () => lab.removeRunView({ name }));
  /** The name of the view that is shown as it was kept; null where it is none of them. */
  const nameOf = (shown: RunView): string | null => saved.value.find((each) => isSame(each.view, shown))?.name ?? null;

  onEvent((event) => {
    if (event.type === 'runViewsChanged') void load();
  });
  return { view, saved, load, change, reset, keep, remove, nameOf };
});
