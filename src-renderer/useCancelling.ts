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
    const begun = await queue.cancel(runIds);
    if (begun === null) return;
    const out = runIds.filter((id) => !begun.includes(id));
    const undo = async (): Promise<void> => {
      const isWaiting = (id: RunId | null): boolean => queue.waiting.some((run) => run.id === id);
      for (const { runIds: ids, before } of former) {
        const back = ids.filter((id) => out.includes(id));
        const stays = back.length === 0 ? null : await queue.uncancel(back, isWaiting(before) ? before : null);
        if (stays !== null) message.warning(stays, { duration: 12_000, closable: true });
      }
    };
    const what = out.length === 1 ? `Run ${String(out[0])} is` : `${counted(out.length, 'run')} are`;
    const rest = begun.length === 0 ? '' : ` ${counted(begun.length, 'run')} had begun already.`;
    tell(`${what} out of the queue.${rest}`, undo);
  };
};
