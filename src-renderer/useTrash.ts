import { NButton, useMessage } from 'naive-ui';
import { h } from 'vue';
import type { RunId } from '../shared/run.ts';
import { useRuns } from './stores/runs.ts';

/** Deletes runs with a message that can undo it, and empties the trash. */
export const useTrash = (): { remove: (runIds: RunId[]) => Promise<boolean>; empty: () => Promise<void> } => {
  const message = useMessage();
  const runs = useRuns();

  const remove = async (runIds: RunId[]): Promise<boolean> => {
    if (!(await runs.setDeleted(runIds, true))) return false;
    const text =
      runIds.length === 1 ? `Run ${runIds[0]} is in the trash. ` : `${runIds.length} runs are in the trash. `;
    const shown = message.success(
      () => [
        text,
        h(
          NButton,
          {
            text: true,
            type: 'primary',
            size: 'small',
            onClick: () => {
              shown.destroy();
              void runs.setDeleted(runIds, false);
            },
          },
          () => 'Undo',
        ),
      ],
      { duration: 12_000 },
    );
    return true;
  };
  const empty = async (): Promise<void> => {
    const count = await runs.emptyTrash();
    if (count === null) return;
    message.success(
      count === 0
        ? 'The trash was empty.'
        : count === 1
          ? 'One run is gone, with its checkpoints.'
          : `${count} runs are gone, with their checkpoints.`,
    );
  };
  return { remove, empty };
};
