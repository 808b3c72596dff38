import type { DatasetInfo } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import { eachGroup, fieldOfSetting, type Experiment } from '../../shared/experiment.ts';
import type { GroupConfig, RunConfig } from '../../shared/runConfig.ts';
import { datasetIdentity } from './datasets/identity.ts';
import type { Library } from './datasets/index.ts';
import { inTurns } from './turns.ts';

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

/** Why runs cannot train on their data sets once more: nothing of those that can, else what `foundSet` or `presentData` throws, as for a new experiment. */
export const absentData = async (
  configs: readonly Pick<RunConfig, 'dataset'>[],
  library: Library,
): Promise<(config: Pick<RunConfig, 'dataset'>) => LabError | undefined> => {
  const keyOf = ({ dataset }: Pick<RunConfig, 'dataset'>): string => `${dataset.id} ${dataset.identity ?? ''}`;
  const absent = new Map<string, LabError>();
  for (const [key, { dataset }] of new Map(configs.map((config) => [keyOf(config), config]))) {
    try {
      await foundSet(dataset.id, library);
      presentData(dataset, library);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      absent.set(key, error);
    }
  }
  return (config) => absent.get(keyOf(config));
};

/** @throws LabError of the first whose data are not there, as `absentData` says it. */
export const checkPresentData = async (
  configs: readonly Pick<RunConfig, 'dataset'>[],
  library: Library,
): Promise<void> => {
  const absent = await absentData(configs, library);
  for (const refusal of configs.map(absent)) if (refusal !== undefined) throw refusal;
};

/**
 * The experiment with what its data sets hold at present.
 * @throws LabError CONFIG_INVALID where its configuration was made with other data of that name.
 */
export const onPresentData = async (experiment: Experiment, library: Library): Promise<Experiment> => {
  const { data: _, ...wished } = experiment;
  const sets = new Map<string, GroupConfig>();
  for await (const config of inTurns(eachGroup(wished))) sets.set(config.dataset.id, config);
  const data = [...sets].flatMap(([id, config]): [string, string][] => {
    const identity = presentData(config.dataset, library, fieldOfSetting(wished, 'dataset.id', config));
    return identity === null ? [] : [[id, identity]];
  });
  return { ...wished, data: Object.fromEntries(data) };
};
