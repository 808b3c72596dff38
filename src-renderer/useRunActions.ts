import { useRouter } from 'vue-router';
import { isCutShort, isResumable, type RunSummary } from '../shared/run.ts';
import { experimentOfRuns } from './experimentOfRuns.ts';
import { hasEnded } from './runGroups.ts';
import { useBundles } from './stores/bundles.ts';
import { useRuns } from './stores/runs.ts';
import { useAsExperiment } from './useAsExperiment.ts';
import { useComparing } from './useComparing.ts';
import { useElsewhere } from './useElsewhere.ts';
import { useSavedToast } from './useSavedToast.ts';
import { useTrash } from './useTrash.ts';

export type RunActionId =
  | 'compare'
  | 'use'
  | 'resume'
  | 'resumeElsewhere'
  | 'markFailed'
  | 'repeat'
  | 'export'
  | 'exportWhole'
  | 'remove'
  | 'restore';

/** Something to do with runs. */
export interface RunAction {
  readonly label: string;
  /** What it does; or, where it cannot be done, why. */
  readonly title: string;
  readonly isOff: boolean;
  /** Resolves to true where the runs are not to be chosen any more. */
  readonly act: () => Promise<boolean>;
}

interface NamedRunAction extends RunAction {
  readonly id: RunActionId;
}

/** What can be done with runs, one or many: the same in the toolbar of chosen ones and in the menu of a row. */
export const useRunActions = (): ((runs: readonly RunSummary[], areTrashed: boolean) => readonly NamedRunAction[]) => {
  const router = useRouter();
  const store = useRuns();
  const compare = useComparing();
  const bundles = useBundles();
  const trash = useTrash();
  const saidSaved = useSavedToast();
  const cloneRuns = useAsExperiment();
  const elsewhereOf = useElsewhere();

  const toLive = async (isDone: boolean): Promise<boolean> => {
    if (isDone) await router.push('/live');
    return isDone;
  };
  const compareRuns = async (runs: readonly RunSummary[]): Promise<boolean> => {
    await compare(runs);
    return false;
  };
  const exportRuns = async (runIds: number[], withCheckpoints: boolean): Promise<boolean> => {
    const saved = await bundles.save({ experimentIds: [], runIds }, withCheckpoints);
    if (saved !== null) saidSaved(saved.place, saved.more);
    return false;
  };
  const cloneAll = async (runs: readonly RunSummary[]): Promise<boolean> => {
    await cloneRuns([runs]);
    return false;
  };

  return (runs, areTrashed) => {
    const ids = runs.map(({ id }) => id);
    const stillRuns = runs.every(hasEnded) ? null : 'Some of them wait or run: this needs runs that have ended';
    if (areTrashed) {
      const title = 'Back among the runs, with all that was measured';
      return [{ id: 'restore', label: 'Restore', title, isOff: false, act: () => trash.restore(ids) }];
    }
    const action = (
      id: RunActionId,
      label: string,
      title: string,
      problem: string | null,
      act: () => Promise<boolean>,
    ): NamedRunAction => ({ id, label, title: problem ?? title, isOff: problem !== null, act });
    const elsewhere = elsewhereOf(runs);
    return [
      action('compare', 'Compare', 'Their configurations side by side, with statistics', null, () => compareRuns(runs)),
      action(
        'use',
        'Use as new experiment',
        'Their settings and seeds into the form, to be changed and queued',
        experimentOfRuns(runs) !== null
          ? null
          : 'They differ in a setting that is a list, which no method has of its own: choose runs that share it',
        () => cloneAll(runs),
      ),
      action(
        'resume',
        'Resume',
        'Go on with unfinished runs from their last checkpoints',
        runs.every(isResumable)
          ? null
          : 'Only runs of this lab that were interrupted, stopped, cancelled or failed can go on',
        async () => toLive(await store.resume(ids)),
      ),
      ...(elsewhere === null
        ? []
        : [
            action('resumeElsewhere', elsewhere.label, elsewhere.title, null, async () =>
              toLive(await store.resume(ids, elsewhere.place)),
            ),
          ]),
      action(
        'markFailed',
        'Mark as failed',
        'Nobody means to go on with them: the notice and "queue --resume" leave them alone',
        runs.every(({ state, origin }) => isCutShort(state) && origin === null)
          ? null
          : 'Only runs of this lab that were interrupted or stopped can be called failed',
        () => store.markFailed(ids),
      ),
      action('repeat', 'Repeat', 'Queue new runs of the same configuration and seed', stillRuns, async () =>
        toLive((await store.repeat(ids)) !== null),
      ),
      action(
        'export',
        'Export…',
        'As one file for another lab',
        stillRuns ?? (bundles.isBusy ? 'A file is being written' : null),
        () => exportRuns(ids, false),
      ),
      action(
        'exportWhole',
        'Export with checkpoints…',
        'The same with the networks, which another lab can analyse; much larger',
        stillRuns ?? (bundles.isBusy ? 'A file is being written' : null),
        () => exportRuns(ids, true),
      ),
      action('remove', 'Delete', 'Into the trash, from where they can be restored', stillRuns, () => trash.remove(ids)),
    ];
  };
};
