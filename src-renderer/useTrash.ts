import { useMessage } from 'naive-ui';
import { counted } from '../shared/counted.ts';
import type { RunId } from '../shared/run.ts';
import { formatBytes } from './format.ts';
import { useRuns } from './stores/runs.ts';
import { useUndoMessage } from './useUndoMessage.ts';

/** Deletes runs with a message that can undo it, and empties the trash. */
export const useTrash = (): {
  remove: (runIds: RunId[]) => Promise<boolean>;
  restore: (runIds: RunId[]) => Promise<boolean>;
  empty: () => Promise<void>;
} => {
  const message = useMessage();
  const tell = useUndoMessage();
  const runs = useRuns();

  const remove = async (runIds: RunId[]): Promise<boolean> => {
    if (!(await runs.setDeleted(runIds, true))) return false;
    const what = runIds.length === 1 ? `Run ${runIds[0]} is` : `${counted(runIds.length, 'run')} are`;
    tell(`${what} in the trash.`, () => runs.setDeleted(runIds, false));
    return true;
  };
  const restore = async (runIds: RunId[]): Promise<boolean> => {
    if (!(await runs.setDeleted(runIds, false))) return false;
    message.success(runIds.length === 1 ? `Run ${runIds[0]} is back.` : `${counted(runIds.length, 'run')} are back.`);
    return true;
  };
  const empty = async (): Promise<void> => {
    const gone = await runs.emptyTrash();
    if (gone === null) return;
    const { runCount, checkpointBytes, stays } = gone;
    if (stays !== null) message.warning(stays, { duration: 12_000, closable: true });
    if (runCount === 0) return;
    const size = checkpointBytes === 0 ? '' : `, with ${formatBytes(checkpointBytes)} of checkpoints`;
    message.success(`${counted(runCount, 'run')} ${runCount === 1 ? 'is' : 'are'} gone for good${size}.`);
  };
  return { remove, restore, empty };
};
