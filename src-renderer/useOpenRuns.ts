import { useMessage } from 'naive-ui';
import type { Router } from 'vue-router';
import type { RunSummary } from '../shared/run.ts';
import { useAnnotations } from './stores/annotations.ts';
import { useRunFeed } from './stores/runFeed.ts';
import { useRunList } from './stores/runList.ts';
import { useRunActions, type RunActionId } from './useRunActions.ts';

interface OpenRuns {
  /** Does what the menu of a row does; where it cannot be done, says why. */
  perform(id: RunActionId): Promise<void>;
  /** Sets the mark on all of them; takes it off where all have it. */
  mark(key: 'starred' | 'archived'): Promise<void>;
}

/** The runs that a command from anywhere is about: those chosen in the list, or the one whose page is open, or that Live shows. */
export const useOpenRuns = (router: Router): OpenRuns => {
  const [list, feed, annotations] = [useRunList(), useRunFeed(), useAnnotations()];
  const actionsOf = useRunActions();
  const message = useMessage();

  const place = (): string => router.currentRoute.value.path;
  const present = (): readonly RunSummary[] => {
    if (place() === '/runs') return list.chosen.flatMap(({ run, isTrashed }) => (isTrashed === true ? [] : [run]));
    const isShown = place() === '/live' || place().startsWith('/runs/');
    return isShown && feed.detail !== null ? [feed.detail.run] : [];
  };
  const withRuns = async (act: (found: readonly RunSummary[]) => Promise<unknown>): Promise<void> => {
    const found = present();
    if (found.length > 0) await act(found);
    else message.info('Open a run, or choose some in Runs.');
  };
  return {
    perform: (id) =>
      withRuns(async (found) => {
        const action = actionsOf(found, false).find((each) => each.id === id);
        if (action === undefined) return;
        if (action.isOff) message.info(action.title);
        else if (await action.act()) {
          list.selected = new Set();
          if (id === 'remove' && place() !== '/runs') await router.push('/runs');
        }
      }),
    mark: (key) =>
      withRuns((found) => {
        const ids = found.map(({ id }) => id);
        return annotations.annotate(ids, { [key]: !ids.every((id) => annotations.of(id)[key]) });
      }),
  };
};
