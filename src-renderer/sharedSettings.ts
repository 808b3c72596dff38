import type { SettingField } from '../shared/settingFields.ts';

/** Settings that all arms share and that have a place, or words, of their own in the form; what the data were, nobody chooses. */
const placed: ReadonlySet<string> = new Set([
  ...['id', 'trainSubset', 'testSubset', 'labelNoise', 'identity'].map((key) => `dataset.${key}`),
  ...['id', 'layers', 'width', 'wiring'].map((key) => `model.${key}`),
  ...['cropPadding', 'cropMinScale', 'cropMaxScale', 'flip', 'cutoutSize', 'cutoutProbability', 'resolution'].map(
    (key) => `augmentation.${key}`,
  ),
  ...['precision', 'batchSize', 'microBatch', 'dropLast', 'epochs', 'labelSmoothing', 'logEvery', 'observe'],
  ...['name', 'milestones', 'factor', 'warmupEpochs'].map((key) => `schedule.${key}`),
  ...['engine', 'threads', 'deterministic', 'tf32', 'memoryGrowth', 'ownKernels'].map((key) => `device.${key}`),
]);

type Section = 'data' | 'training' | 'engine';

const sectionOf = ({ path }: SettingField): Section => {
  const [root] = path.split('.');
  if (root === 'device') return 'engine';
  return root === 'dataset' || root === 'model' ? 'data' : 'training';
};

/** The settings that have no such place, by the section of the form that they belong to: their descriptors are all that they need. */
export const otherSettings = (fields: readonly SettingField[]): Readonly<Record<Section, readonly SettingField[]>> => {
  const others = fields.filter(({ path }) => !placed.has(path));
  const of = (section: Section): SettingField[] => others.filter((field) => sectionOf(field) === section);
  return { data: of('data'), training: of('training'), engine: of('engine') };
};
