import { useMessage } from 'naive-ui';
import { counted } from '../shared/counted.ts';
import type { RunId } from '../shared/run.ts';
import { useQueue } from './stores/queue.ts';
import { useUndoMessage } from './useUndoMessage.ts';

/** Takes runs out of the queue, with a message that puts them back where they stood. */
export const useCancelling = (): ((runIds: readonly RunId[]) => Promise<void>) => {
  const message = useMessage();
  const tell = useUndoMessage();
  const queue = useQueue();

  /** For each stretch of neighbours that go together, before whom it stood. */
  const places = (runIds: readonly RunId[]): { runIds: RunId[]; before: RunId | null }[] => {
    const stretches: { runIds: RunId[]; before: RunId | null }[] = [];
    let open: RunId[] = [];
    for (const { id } of queue.waiting) {
      if (runIds.includes(id)) open.push(id);
      else if (open.length > 0) {
        stretches.push({ runIds: open, before: id });
        open = [];
      }
    }
    return open.length === 0 ? stretches : [...stretches, { runIds: open, before: null }];
  };

  return async (runIds) => {
    const former = places(runIds);
    if (!(await queue.cancel(runIds))) return;
    const undo = async (): Promise<void> => {
      const isWaiting = (id: RunId | null): boolean => queue.waiting.some((run) => run.id === id);
      for (const { runIds: ids, before } of former) {
        const stays = await queue.uncancel(ids, isWaiting(before) ? before : null);
        if (stays !== null) message.warning(stays, { duration: 12_000, closable: true });
      }
    };
    const what = runIds.length === 1 ? `Run ${String(runIds[0])} is` : `${counted(runIds.length, 'run')} are`;
    tell(`${what} out of the queue.`, undo);
  };
};
