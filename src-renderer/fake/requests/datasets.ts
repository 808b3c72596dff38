import type { LabApi } from '../../../shared/labApi.ts';
import { Refusal } from '../../refusal.ts';
import { fakePicture } from '../machine.ts';
import { fakeDatasets } from '../presets.ts';
import { tickMs } from '../trainer.ts';
import { now, type FakeWorkspace } from '../workspace.ts';

type DatasetApi = Pick<LabApi, 'datasets' | 'importDataset' | 'deleteDataset' | 'previewDataset'>;

/** The library; an import succeeds under the name "Letters" and finds a cut-off file under any other. */
export const fakeDatasetRequests = (workspace: FakeWorkspace): DatasetApi => ({
  datasets: async () => structuredClone([...workspace.datasets]),
  importDataset: async ({ name }) => {
    for (const share of [0.1, 0.35, 0.6, 0.85, 1]) {
      workspace.tell({ type: 'importProgressed', message: 'Decoding data_batch_3.bin', share });
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
    const [mnist] = fakeDatasets;
    if (name !== 'Letters' || !mnist)
      throw new Refusal(
        'DATASET_CORRUPT',
        'data_batch_3.bin has 30,730,001 bytes, which is no multiple of 3,073. The file is cut off or altered; fetch the archive again.',
      );
    const imported = { ...mnist, id: 'letters', name, source: 'IDX files chosen by you', importedAt: now() };
    workspace.datasets = [...workspace.datasets, imported];
    workspace.tell({ type: 'datasetsChanged' });
    return imported;
  },
  deleteDataset: async ({ id }) => {
    workspace.mayChange();
    workspace.datasets = workspace.datasets.filter((dataset) => dataset.id !== id);
    workspace.tell({ type: 'datasetsChanged' });
    return {};
  },
  previewDataset: async ({ id, count }) => {
    const names = workspace.datasets.find((dataset) => dataset.id === id)?.classNames ?? [];
    return Array.from({ length: count }, (_, index) => {
      const label = names[index % names.length] ?? '';
      return { label, image: fakePicture(label) };
    });
  },
});
