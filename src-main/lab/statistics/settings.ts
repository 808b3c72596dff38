import type { EsamConfig, GroupConfig, OptimizerConfig, SamConfig, ScheduleConfig } from '../../../shared/runConfig.ts';

/** Settings by their names in labels and columns, as text, in the order in which labels name them. */
export type Settings = Readonly<Record<string, string>>;

const onOff = (value: boolean): string => (value ? 'on' : 'off');

const scheduleText = (schedule: ScheduleConfig): string => {
  if (schedule.name === 'step') return `step ×${String(schedule.factor)} at ${schedule.milestones.join(', ')}`;
  if (schedule.name === 'warmup') return `warmup ${String(schedule.warmupEpochs)}, cosine`;
  return schedule.name;
};

const optimizerSettings = (optimizer: OptimizerConfig): Settings => ({
  ...(optimizer.name === 'esam' && { β: String(optimizer.beta), γ: String(optimizer.gamma) }),
  ...(optimizer.name !== 'sgd' && { ρ: String(optimizer.rho) }),
  'learning rate': String(optimizer.learningRate),
  momentum: String(optimizer.momentum),
  'weight decay': String(optimizer.weightDecay),
  Nesterov: onOff(optimizer.nesterov),
  'decay norm and bias': onOff(optimizer.decayNormAndBias),
  ...(optimizer.name === 'esam' && esamSettings(optimizer)),
  ...(optimizer.name !== 'sgd' && sharpnessSettings(optimizer)),
});

const esamSettings = (optimizer: EsamConfig): Settings => ({
  perturbation: optimizer.perturbation,
  selection: optimizer.selection,
  'second pass': optimizer.secondPass,
  'selection precision': optimizer.selectionPrecision,
  'mask drawn': optimizer.maskDrawn,
  'always rank': onOff(optimizer.alwaysRank),
});

const sharpnessSettings = (optimizer: SamConfig | EsamConfig): Settings => ({
  adaptive: onOff(optimizer.adaptive),
  'sharpness batch': optimizer.sharpnessBatch === null ? 'whole' : String(optimizer.sharpnessBatch),
  interval: String(optimizer.interval),
  'BatchNorm statistics': optimizer.bnStatistics,
});

/** All settings of a group. */
export const settingsOf = ({ optimizer, dataset, augmentation, model, device, ...rest }: GroupConfig): Settings => ({
  ...optimizerSettings(optimizer),
  model: model.id,
  precision: rest.precision,
  'data set': dataset.id,
  'training examples': dataset.trainSubset === null ? 'all' : String(dataset.trainSubset),
  'label noise': String(dataset.labelNoise),
  'batch size': String(rest.batchSize),
  'micro-batch': rest.microBatch === null ? 'whole batch' : String(rest.microBatch),
  'drop last': onOff(rest.dropLast),
  epochs: String(rest.epochs),
  schedule: scheduleText(rest.schedule),
  'label smoothing': String(rest.labelSmoothing),
  resolution: augmentation.resolution === null ? "the data set's" : String(augmentation.resolution),
  'crop padding': String(augmentation.cropPadding),
  flip: onOff(augmentation.flip),
  Cutout: String(augmentation.cutoutSize),
  'Cutout probability': String(augmentation.cutoutProbability),
  engine: device.engine,
  threads: device.threads === 0 ? 'all' : String(device.threads),
  deterministic: onOff(device.deterministic),
  TF32: onOff(device.tf32),
  'memory growth': onOff(device.memoryGrowth),
  'own kernels': onOff(device.ownKernels),
  'log every': String(rest.logEvery),
});

/** Names of the settings in which these differ. A setting that only some of them have differs by its values, not by its absence. */
export const differingNames = (all: readonly Settings[]): string[] => {
  const names = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
  return names.filter((name) => new Set(all.map((settings) => settings[name]).filter((v) => v !== undefined)).size > 1);
};

/** Only these settings, where there are any. */
export const only = (settings: Settings, names: readonly string[]): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
