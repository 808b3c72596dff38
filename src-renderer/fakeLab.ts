import type { Connection } from './connection.ts';
import { fakePresets } from './fake/presets.ts';
import { fakeDatasetRequests } from './fake/requests/datasets.ts';
import { fakeDeviceRequests } from './fake/requests/device.ts';
import { fakeQueueRequests } from './fake/requests/queue.ts';
import { fakeChangingRequests, fakeReadingRequests } from './fake/requests/runs.ts';
import { startFakeTrainer } from './fake/trainer.ts';
import { FakeWorkspace } from './fake/workspace.ts';

/**
 * An in-memory lab for development in a browser and for the page tests; the app never uses it. Scenarios: "" (a full
 * workspace with a running queue), "idle" (full, nothing queued), "empty", "missing" (empty, no engine), "refusing" (refuses every change).
 */
export const fakeConnection = (scenario: string): Connection => {
  const workspace = new FakeWorkspace(scenario);
  const { isEmpty, listeners } = workspace;
  const startNotices =
    isEmpty || scenario === 'idle' ? [] : ['Run 14 was interrupted: the app was closed while it was in epoch 5 of 8.'];
  startFakeTrainer(workspace);

  return {
    lab: {
      workspace: async () => ({ folder: '/home/ada/esam-lab', labVersion: '0.1.0', startNotices }),
      presets: async () => structuredClone([...fakePresets]),
      ...fakeDeviceRequests(workspace),
      ...fakeDatasetRequests(workspace),
      ...fakeQueueRequests(workspace),
      ...fakeReadingRequests(workspace),
      ...fakeChangingRequests(workspace),
    },
    isFake: true,
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
