import { augmentationMisfitOf, imageSizeOf, type DatasetInfo, type Misfit } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import { overridesOf } from '../../shared/arm.ts';
import { armOf, eachGroup, fieldOfSetting, type Experiment } from '../../shared/experiment.ts';
import { movesNormalisations, nameOfMethod } from '../../shared/method.ts';
import { noNormalisation } from '../../shared/methods/samOn.ts';
import { misfitOf, modelInfos } from '../../shared/models.ts';
import { countText } from '../../shared/numberText.ts';
import { canonicalJson, runConfigSchema, type GroupConfig } from '../../shared/runConfig.ts';
import { settingLabel } from '../../shared/settingLabel.ts';
import { settingName } from '../../shared/settings/index.ts';
import { valueAt } from '../../shared/valueAt.ts';
import type { Library } from './datasets/index.ts';
import { impossibleIn } from './impossible.ts';
import { foundSet } from './presentData.ts';
import { inTurns } from './turns.ts';

/**
 * Looks at every configuration of the experiment: its data set, augmentation, model, and whether its settings make sense together.
 * @throws LabError DATASET_NOT_FOUND, DATASET_CORRUPT, or CONFIG_INVALID where its runs could not start on this data set, with the reason at its field.
 */
export const checkExperiment = async (experiment: Experiment, library: Library): Promise<void> => {
  const refuse = (misfit: Misfit | null, config: GroupConfig): void => {
    if (misfit === null) return;
    const { path, message } = misfit;
    throw new LabError('CONFIG_INVALID', message, {
      fields: [{ path: fieldOfSetting(experiment, path, config), message }],
    });
  };
  const found = new Map<string, DatasetInfo>();
  const seen = new Set<string>();
  for await (const config of inTurns(eachGroup(experiment))) {
    const { dataset, augmentation, model, optimizer } = config;
    refuse(senselessIn(config, experiment), config);
    const info =
      found.get(dataset.id) ?? (await foundSet(dataset.id, library, fieldOfSetting(experiment, 'dataset.id', config)));
    found.set(dataset.id, info);
    const key = canonicalJson([dataset, augmentation, model, movesNormalisations(optimizer)]);
    const misfit = (seen.has(key) ? null : datasetMisfit(config, info)) ?? impossibleIn(config, info);
    seen.add(key);
    refuse(misfit, config);
  }
};

/** Values that are right each by itself, and make no sense where axes, overrides and a method bring them together. */
const senselessIn = (config: GroupConfig, experiment: Experiment): Misfit | null => {
  const [issue] = runConfigSchema.safeParse({ ...config, seed: 0 }).error?.issues ?? [];
  if (issue === undefined) return null;
  const arm = armOf(experiment, config);
  const paths = [...experiment.axes, ...(arm === undefined ? [] : overridesOf(arm).map(([path]) => ({ path })))];
  const point = paths.flatMap(({ path }) => {
    const value = valueAt(config, path);
    return value === undefined ? [] : [`${settingName(path)} ${settingLabel(path, value)}`];
  });
  const where = [nameOfMethod(config.optimizer), ...(point.length === 0 ? [] : [`with ${point.join(', ')}`])].join(' ');
  return { path: issue.path.join('.'), message: `${where}: ${issue.message}.` };
};

const datasetMisfit = (
  { dataset, augmentation, model, optimizer }: Pick<GroupConfig, 'dataset' | 'augmentation' | 'model' | 'optimizer'>,
  info: DatasetInfo,
): Misfit | null => {
  const augmentationMisfit = augmentationMisfitOf(info, augmentation);
  if (augmentationMisfit !== null) return augmentationMisfit;
  const modelMisfit = misfitOf(model.id, ...imageSizeOf(info, augmentation));
  if (modelMisfit !== null) return { path: 'model.id', message: modelMisfit };
  if (movesNormalisations(optimizer) && !modelInfos[model.id].normalises(model))
    return { path: 'model.id', message: noNormalisation };
  const subsets = [
    { path: 'dataset.trainSubset', asked: dataset.trainSubset, found: info.trainCount, kind: 'training' },
    { path: 'dataset.testSubset', asked: dataset.testSubset, found: info.testCount, kind: 'test' },
  ];
  const tooLarge = subsets.find(({ asked, found }) => asked !== null && asked > found);
  if (tooLarge === undefined) return null;
  const { path, asked, found, kind } = tooLarge;
  const message = `${info.name} has ${countText(found)} ${kind} images; the experiment asks for ${countText(asked ?? 0)}. Ask for fewer, or for all.`;
  return { path, message };
};
