import { z } from 'zod';
import { optimizerSchema } from './methods/index.ts';
import { looksAtEpochs } from './methods/when.ts';
import { augmentationSchema, datasetSchema } from './settings/data.ts';
import { deviceConfigSchema } from './settings/device.ts';
import { modelSchema } from './settings/model.ts';
import { seedSchema, trainingSettings, watchingSettings } from './settings/training.ts';

export { optimizerSchema } from './methods/index.ts';
export type { OptimizerConfig } from './methods/index.ts';
export { plainEsam, type EsamConfig } from './methods/esam.ts';
export { plainSam, type SamConfig } from './methods/sam.ts';
export { plainRule } from './methods/rule.ts';
export type { RuleConfig } from './rules/index.ts';
export type { WhenConfig } from './methods/when.ts';
export type { SgdConfig } from './methods/sgd.ts';
export {
  augmentationSchema,
  datasetIdentitySchema,
  datasetIdSchema,
  type AugmentationConfig,
} from './settings/data.ts';
export { deviceConfigSchema, type DeviceConfig } from './settings/device.ts';
export { modelIds, modelOf, wirings, type DeepMlpConfig, type ModelConfig, type ModelId } from './settings/model.ts';
export { scheduleNames, scheduleOf, type ScheduleConfig } from './settings/schedule.ts';
export { largestSeed, precisions, seedSchema, type Precision } from './settings/training.ts';

const runFields = {
  dataset: datasetSchema,
  augmentation: augmentationSchema,
  model: modelSchema,
  ...trainingSettings,
  device: deviceConfigSchema,
  ...watchingSettings,
};

/** What all arms of an experiment share. */
export const sharedConfigSchema = z.strictObject(runFields);
export type SharedConfig = z.infer<typeof sharedConfigSchema>;

/** Everything that influences a result. One schema for the form, the command line, the store, the wire and the presets. */
export const runConfigSchema = z.strictObject({ ...runFields, optimizer: optimizerSchema, seed: seedSchema });
export type RunConfig = z.infer<typeof runConfigSchema>;

/** A configuration without its seed: what makes two runs siblings. */
export type GroupConfig = Omit<RunConfig, 'seed'>;

export const groupConfigOf = (config: RunConfig): GroupConfig => {
  const { seed: _, ...group } = config;
  return group;
};

/**
 * What of a run depends on how many epochs it has in all, so that with more of them the epochs already done would have gone another way, as
 * the subject of a sentence; null where nothing does.
 */
export const boundToEpochs = ({ schedule, optimizer }: RunConfig): string | null => {
  const bound = [
    ...(schedule.name === 'cosine' || schedule.name === 'warmup'
      ? [`the learning rate of a ${schedule.name === 'warmup' ? 'warm-up and cosine' : 'cosine'} schedule`]
      : []),
    ...(looksAtEpochs(optimizer) ? ['which of its steps climb'] : []),
  ];
  return bound.length === 0 ? null : bound.join(', and ');
};

/** The same training with another number of epochs; null where it would be another one from the first epoch on. */
export const withEpochs = (config: RunConfig, epochs: number): RunConfig | null =>
  boundToEpochs(config) === null ? { ...config, epochs } : null;

/** JSON with keys sorted at every level: equal configurations have equal text. Input is plain data without `undefined`. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
