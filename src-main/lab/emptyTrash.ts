import { counted } from '../../shared/counted.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import type { RunId } from '../../shared/run.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Store } from './store/index.ts';

/** Removes the runs in the trash for good, but for those whose checkpoints the system does not let go. */
export const emptyTrash = (store: Store, checkpoints: Checkpoints): LabOutput<'emptyTrash'> => {
  const trashed = store.read.runs.inTrash();
  const stays = checkpoints.discard(trashed.map(({ id }) => id));
  const gone = trashed.filter(({ id }) => !stays.has(id));
  store.write.removeDeleted(gone.map(({ id }) => id));
  return {
    runCount: gone.length,
    checkpointBytes: gone.reduce((sum, run) => sum + run.checkpointBytes, 0),
    stays: stays.size === 0 ? null : stayingText(stays),
  };
};

/** Which runs stay in the trash, why, and what to do. */
const stayingText = (stays: ReadonlyMap<RunId, string>): string => {
  const [first = '', ...others] = stays.values();
  const more = others.length === 0 ? '' : `, and the like of ${counted(others.length, 'other run')}`;
  const which = `${counted(stays.size, 'run stays', 'runs stay')} in the trash, for checkpoints could not be moved away`;
  return `${which} (${first}${more}). Mend that, and empty the trash again.`;
};
