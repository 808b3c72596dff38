import { basename } from 'node:path';
import { bundleExtension } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { datasetApi } from '../../../shared/requests/datasets.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { Library } from '../datasets/index.ts';
import type { pathGrants } from '../grants.ts';
import type { Store } from '../store/index.ts';

type DatasetApi = Requests<typeof datasetApi>;

export interface DatasetParts {
  readonly store: Store;
  readonly library: Library;
  readonly grants: ReturnType<typeof pathGrants>;
  /** Resolves when the built-in set is there, or cannot be. */
  readonly builtIn: Promise<void>;
  readonly emit: (event: LabEvent) => void;
}

const intervalMs = 250;

/** Requests about the library of data sets. */
export const datasetRequests = ({ store, library, grants, builtIn, emit }: DatasetParts): DatasetApi => ({
  datasets: async () => {
    await builtIn;
    return library.list();
  },
  importDataset: async ({ kind, paths, name, onDamaged, split = null, range = null }) => {
    grants.check(paths);
    const bundle = paths.find((path) => path.endsWith(`.${bundleExtension}`));
    if (bundle !== undefined)
      throw new LabError(
        'DATASET_UNSUPPORTED',
        `${basename(bundle)} is a bundle of runs, not a data set: import it in Runs, or with "esam-lab bundle import".`,
      );
    await builtIn;
    let lastAt = -Infinity;
    const info = await library.import({
      kind,
      paths,
      name,
      onDamaged,
      split,
      range,
      onProgress: ({ message, share }) => {
        if (share !== null && share < 1 && performance.now() - lastAt < intervalMs) return;
        lastAt = performance.now();
        emit({ type: 'importProgressed', message, share });
      },
    });
    emit({ type: 'datasetsChanged' });
    return info;
  },
  deleteDataset: async ({ id }) => {
    const { runs } = store.read;
    const user = [...runs.running(), ...runs.waiting()].find(({ config }) => config.dataset.id === id);
    if (user !== undefined) {
      const what = user.state === 'running' ? 'trains' : 'waits to train';
      throw new LabError(
        'RUN_STATE',
        `Run ${user.id} ${what} on "${id}". Let it end or cancel it, then delete the set.`,
      );
    }
    await library.remove(id);
    emit({ type: 'datasetsChanged' });
    return {};
  },
  previewDataset: async ({ id, count }) => {
    await builtIn;
    return [...(await library.preview(id, count))];
  },
});
