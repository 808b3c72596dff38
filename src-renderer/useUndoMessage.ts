import { NButton, useMessage } from 'naive-ui';
import { h } from 'vue';

/** Tells what was done, with a button that takes it back. */
export const useUndoMessage = (): ((text: string, undo: () => Promise<unknown>) => void) => {
  const message = useMessage();
  return (text, undo) => {
    const onClick = (): void => {
      shown.destroy();
      void undo();
    };
    const shown = message.success(
      () => [`${text} `, h(NButton, { text: true, type: 'primary', size: 'small', onClick }, () => 'Undo')],
      { duration: 12_000 },
    );
  };
};
