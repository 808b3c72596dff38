import { useMessage } from 'naive-ui';
import type { Router } from 'vue-router';
import type { MenuCommand } from '../shared/menuCommands.ts';
import { useConnection } from './connection.ts';
import { useBundles } from './stores/bundles.ts';
import { useDatasets } from './stores/datasets.ts';
import { useDevice } from './stores/device.ts';
import { useDraft } from './stores/draft.ts';
import { useQueue } from './stores/queue.ts';
import { useSupport } from './stores/support.ts';
import { useOpenRuns } from './useOpenRuns.ts';
import { useSavedToast } from './useSavedToast.ts';

/** What the native menu may ask for, done where the views do it: their keys, their stores. */
export const useMenuCommands = (router: Router): Readonly<Record<MenuCommand, () => unknown>> => {
  const { onCommand } = useConnection();
  const [queue, draft, bundles, device, support] = [useQueue(), useDraft(), useBundles(), useDevice(), useSupport()];
  const datasets = useDatasets();
  const message = useMessage();
  const saidSaved = useSavedToast();
  const openRuns = useOpenRuns(router);

  /** As if the key had been pressed; the view that is shown answers, or none. */
  const press = (key: string, ctrlKey: boolean): void =>
    void window.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, cancelable: true }));
  const pressIn = async (path: string, key: string): Promise<void> => {
    await router.push(path);
    press(key, true);
  };
  const stop = (when: 'now' | 'after-epoch'): void => {
    const [run] = queue.running;
    if (run) void queue.stop(run.id, when);
    else message.info('No run trains.');
  };
  const commands: Record<MenuCommand, () => unknown> = {
    importData: () => datasets.openImport(),
    importRuns: async () => {
      if (await bundles.importChosen()) await router.push('/compare');
    },
    exportTable: () => pressIn('/compare', 'e'),
    exportRuns: async () => {
      const saved = await bundles.save({ experimentIds: [], runIds: [] });
      if (saved !== null) saidSaved(saved.place, saved.more);
    },
    find: () => press('f', true),
    commands: () => press('k', true),
    keys: () => press('?', false),
    queueForm: () => pressIn('/new', 'Enter'),
    quick: async () => {
      if (await draft.runQuick()) await router.push('/live');
    },
    useRuns: () => openRuns.perform('use'),
    resumeRuns: () => openRuns.perform('resume'),
    repeatRuns: () => openRuns.perform('repeat'),
    compareRuns: () => openRuns.perform('compare'),
    removeRuns: () => openRuns.perform('remove'),
    starRuns: () => openRuns.mark('starred'),
    archiveRuns: () => openRuns.mark('archived'),
    startQueue: () => queue.pause(false),
    pauseQueue: () => queue.pause(true),
    stopAfterEpoch: () => stop('after-epoch'),
    stopNow: () => stop('now'),
    selfTest: async () => {
      await router.push('/device');
      await device.selfTest();
    },
    logs: () => support.showLogs(),
    diagnostics: async () => {
      if (await support.copyDiagnostics()) message.success('Copied the diagnostics; they name no folder of yours.');
    },
  };
  onCommand((command) => void commands[command]());
  return commands;
};
