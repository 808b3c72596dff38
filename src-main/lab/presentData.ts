import type { DatasetInfo } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { datasetIdentity } from './datasets/identity.ts';
import type { Library } from './datasets/index.ts';

/**
 * What a configuration's data set holds at present; null where the library has none of this id.
 * @param field - where the set is chosen, for the refusal.
 * @throws LabError CONFIG_INVALID where the configuration says that it held something else.
 */
export const presentData = (
  { id, identity }: RunConfig['dataset'],
  library: Pick<Library, 'list'>,
  field = 'dataset.id',
): string | null => {
  const info = library.list().find((set) => set.id === id);
  if (info === undefined) return null;
  const present = datasetIdentity(info);
  if (identity === null || identity === present) return present;
  const message =
    `The data set "${id}" holds other data now (${present.slice(0, 8)}) than this configuration was made with (${identity.slice(0, 8)}): ` +
    'other images, labels, sizes, classes or another split. Import the former data under another name, or train a new experiment on what is there.';
  throw new LabError('CONFIG_INVALID', message, { fields: [{ path: field, message }] });
};

/** @param field - where the set is chosen. @throws LabError DATASET_NOT_FOUND, DATASET_CORRUPT at that field. */
export const foundSet = (id: string, library: Pick<Library, 'find'>, field = 'dataset.id'): Promise<DatasetInfo> =>
  library.find(id).catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    const { code, message } = error;
    throw new LabError(code, message, { fields: [{ path: field, message }], cause: error });
  });

/** Whether runs can train on their data sets once more. @throws LabError as `foundSet` and `presentData` do, as for a new experiment. */
export const checkPresentData = async (
  configs: readonly Pick<RunConfig, 'dataset'>[],
  library: Library,
): Promise<void> => {
  const sets = new Map(configs.map(({ dataset }) => [`${dataset.id} ${dataset.identity ?? ''}`, dataset]));
  for (const set of sets.values()) {
    await foundSet(set.id, library);
    presentData(set, library);
  }
};
