import { shallowRef } from 'vue';
import type { Connection } from './connection.ts';
import { fakePresets } from './fake/presets.ts';
import { fakeDatasetRequests } from './fake/requests/datasets.ts';
import { fakeDeviceRequests } from './fake/requests/device.ts';
import { fakeQueueRequests } from './fake/requests/queue.ts';
import { fakeChangingRequests, fakeReadingRequests } from './fake/requests/runs.ts';
import { startFakeTrainer } from './fake/trainer.ts';
import { FakeWorkspace } from './fake/workspace.ts';
import { Refusal } from './refusal.ts';

const fakeRefusals: Readonly<Record<string, Refusal>> = {
  newer: new Refusal(
    'WORKSPACE_NEWER',
    'This workspace was written by a newer ESAM Lab (schema 9; this one knows 3). Nothing was changed. Open it with the newer version.',
  ),
  busy: new Refusal(
    'WORKSPACE_BUSY',
    'Another ESAM Lab has this workspace open. Use that one, close it, or choose another workspace.',
  ),
};

/**
 * An in-memory lab for development in a browser and for the page tests; the app never uses it. Scenarios: "" (a full
 * workspace with a running queue), "idle" (full, nothing queued), "empty", "missing" (empty, no engine), "refusing" (refuses every change),
 * "newer" and "busy" (the workspace is refused as a whole), "stalled" (full; the trainer falls silent),
 * "old-compiler" (full, nothing queued; TensorFlow without the lab's kernels).
 */
export const fakeConnection = (scenario: string): Connection => {
  const workspace = new FakeWorkspace(scenario);
  const { isEmpty, listeners } = workspace;
  const startNotices =
    isEmpty || scenario === 'idle' ? [] : ['Run 14 was interrupted: the app was closed while it was in epoch 5 of 8.'];
  startFakeTrainer(workspace);
  const refusal = fakeRefusals[scenario];

  return {
    lab: {
      workspace: async () => {
        if (refusal) throw refusal;
        return { folder: '/home/ada/esam-lab', labVersion: '0.1.0', startNotices };
      },
      presets: async () => structuredClone([...fakePresets]),
      ...fakeDeviceRequests(workspace),
      ...fakeDatasetRequests(workspace),
      ...fakeQueueRequests(workspace),
      ...fakeReadingRequests(workspace),
      ...fakeChangingRequests(workspace),
    },
    isFake: true,
    link: shallowRef('open'),
    shell: {
      chooseDataset: async () => ['/home/ada/Downloads/cifar-10-binary.tar.gz'],
      saveText: async (suggestedName) => suggestedName,
      copyText: (text) => navigator.clipboard.writeText(text),
      showWorkspace: async () => undefined,
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
