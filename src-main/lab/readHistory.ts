import type { StoreReader } from './store/index.ts';
import { chunksOf, inTurns } from './turns.ts';

const read = new WeakSet<StoreReader>();

/** Reads all runs once, in turns: of a long history whoever asks something else is answered in between. What comes later comes by few. */
export const readHistory = async (store: StoreReader): Promise<void> => {
  if (read.has(store)) return;
  const { runs } = store;
  for await (const ids of inTurns(chunksOf(runs.ids(), 50))) {
    runs.some(ids);
    runs.look(ids);
  }
  read.add(store);
};

/** What this version cannot read of the workspace's lists, a sentence each. */
export const notUnderstoodIn = async (store: StoreReader): Promise<readonly string[]> => {
  await readHistory(store);
  store.experiments();
  store.analyses.all();
  store.annotations();
  store.runViews();
  return store.notUnderstood();
};
