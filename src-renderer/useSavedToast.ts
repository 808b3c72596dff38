import { NButton, useMessage } from 'naive-ui';
import { h } from 'vue';
import { useConnection } from './connection.ts';
import { useProblems } from './stores/problems.ts';

/** Says where a file was saved, with what else is to be said of it, and offers to show it there. Only for use in a component's setup. */
export const useSavedToast = (): ((place: string, more?: string) => void) => {
  const { shell } = useConnection();
  const problems = useProblems();
  const message = useMessage();
  const { showSaved } = shell;
  return (place, more = '') => {
    const text = `Saved ${place}${more}`;
    if (showSaved === undefined) {
      message.success(text);
      return;
    }
    const show = (): void => void problems.attempt('Show the file', showSaved);
    const button = h(NButton, { size: 'tiny', secondary: true, onClick: show }, () => 'Show in folder');
    message.success(() => h('span', { class: 'toast-with-button' }, [text, button]), {
      duration: 8000,
      closable: true,
    });
  };
};
