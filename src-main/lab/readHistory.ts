import type { StoreReader } from './store/index.ts';
import { chunksOf, inTurns } from './turns.ts';

/** Reads the runs that were not read before in turns: of a long history whoever asks something else is answered in between. */
export const readHistory = async ({ runs }: StoreReader): Promise<void> => {
  for await (const ids of inTurns(chunksOf(runs.ids(), 50))) {
    runs.some(ids);
    runs.look(ids);
  }
};

/** What this version cannot read of the workspace's lists, a sentence each. */
export const notUnderstoodIn = async (read: StoreReader): Promise<readonly string[]> => {
  await readHistory(read);
  read.experiments();
  read.analyses.all();
  read.annotations();
  read.runViews();
  return read.notUnderstood();
};
