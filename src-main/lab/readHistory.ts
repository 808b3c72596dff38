import type { RunId } from '../../shared/run.ts';
import type { StoreReader } from './store/index.ts';
import { chunksOf, inTurns } from './turns.ts';

/** Reads something of all runs once, in turns: of a long history whoever asks something else is answered in between. What comes later comes by few. */
const readOnce = (read: (runs: StoreReader['runs'], ids: readonly RunId[]) => unknown) => {
  const histories = new WeakMap<StoreReader, Promise<void>>();
  const readAll = async ({ runs }: StoreReader): Promise<void> => {
    for await (const ids of inTurns(chunksOf(runs.ids(), 50))) read(runs, ids);
  };
  return async (store: StoreReader): Promise<void> => {
    const history = histories.get(store) ?? readAll(store);
    histories.set(store, history);
    try {
      await history;
    } catch (error) {
      histories.delete(store);
      throw error;
    }
  };
};

/** What lists tell of each run. */
export const readRuns = readOnce((runs, ids) => runs.some(ids));

/** What results over runs rest on. */
export const readResults = readOnce((runs, ids) => {
  runs.look(ids);
});

/** What this version cannot read of the workspace's lists, a sentence each. */
export const notUnderstoodIn = async (store: StoreReader): Promise<string[]> => {
  await readRuns(store);
  await readResults(store);
  store.experiments();
  store.analyses.all();
  store.annotations();
  store.runViews();
  return store.notUnderstood();
};
