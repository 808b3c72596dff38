import type { DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { modelInfos, modelNameOf } from '../../../shared/models.ts';
import { modelOf } from '../../../shared/runConfig.ts';
import type { ModelId, SharedConfig } from '../../../shared/runConfig.ts';
import type { Study, StudyRow } from '../../../shared/studies/study.ts';

const named = (study: Study, { shared }: StudyRow): string =>
  `${study.item}: ${modelNameOf(shared.model)} on ${shared.dataset.id}`;

const experimentOf = (
  study: Study,
  row: StudyRow,
  index: number,
  form: 'paper' | 'small',
  name: string,
): Experiment => ({
  name,
  shared: row.shared,
  arms: row.arms.map(({ optimizer }) => optimizer),
  axes: study.axes,
  seeds: study.seeds,
  skipFinished: true,
  measureSpeed: true,
  study: { id: study.id, row: index, form },
});

/** An item as in the paper: an experiment for each network and data set. */
export const paperExperiments = (study: Study): Experiment[] =>
  study.rows.map((row, index) => experimentOf(study, row, index, 'paper', named(study, row)));

export interface SmallWish {
  readonly dataset: DatasetInfo;
  readonly model: ModelId;
  readonly hours: number;
  readonly engine: SharedConfig['device']['engine'];
}

/** Epochs that a small form may have, the most first; with fewer than five, examples go before epochs. */
const epochChoices = [30, 20, 15, 10, 8, 5] as const;
const fewEpochs = [5, 3, 2] as const;
const leastExamples = 500;

/**
 * An item's design on other data and another network, as long as fits into the hours: as many epochs as possible on all examples, else
 * fewer examples.
 * @param hoursOf - how long an experiment takes here; null where that is not known.
 * @throws LabError CONFIG_INVALID where nothing fits, or the machine's speed is not known.
 */
export const smallExperiment = (
  study: Study,
  { dataset, model, hours, engine }: SmallWish,
  hoursOf: (experiment: Experiment) => number | null,
): Experiment => {
  const [row] = study.rows;
  if (row === undefined)
    throw new LabError('CONFIG_INVALID', `${study.item}: ${study.missing ?? 'this item trains nothing.'}`);
  const isCifar = dataset.id.startsWith('cifar');
  const sized = (epochs: number, trainSubset: number | null): Experiment => {
    const what = `${modelInfos[model].name} on ${dataset.name}, ${epochs} epochs${trainSubset === null ? '' : `, ${trainSubset} examples`}`;
    const shared: SharedConfig = {
      ...row.shared,
      dataset: { ...row.shared.dataset, id: dataset.id, trainSubset },
      augmentation: isCifar
        ? { ...row.shared.augmentation, cropMinScale: null, cropPadding: 4, resolution: null }
        : { ...row.shared.augmentation, cropMinScale: null, cropPadding: 0, flip: false, resolution: null },
      model: modelOf(model),
      epochs,
      device: { ...row.shared.device, engine },
    };
    return experimentOf(study, { ...row, shared }, 0, 'small', `${study.item}, small form: ${what}`);
  };
  const fits = (experiment: Experiment): boolean => {
    const needed = hoursOf(experiment);
    if (needed === null)
      throw new LabError(
        'CONFIG_INVALID',
        'How long this takes here is not known yet, so it cannot be fitted to hours. Run the self-test first: Device view, or esam-lab device --test.',
      );
    return needed <= hours;
  };
  const subsets = [0.5, 0.25, 0.1, 0.05, 0.02]
    .map((share) => Math.round(share * dataset.trainCount))
    .filter((count) => count >= leastExamples);
  const found =
    epochChoices.map((epochs) => sized(epochs, null)).find(fits) ??
    fewEpochs.flatMap((epochs) => subsets.map((count) => sized(epochs, count))).find(fits);
  if (found !== undefined) return found;
  const runs = expandGroups(sized(1, null)).length * study.seeds.length;
  throw new LabError(
    'CONFIG_INVALID',
    `${hours} h are too few for the ${runs} runs of ${study.item} with ${modelInfos[model].name} on ${dataset.name}. Give more hours, or choose a smaller network or data set.`,
  );
};

/** Where speeds are measured on narrower networks than the paper's, on an engine of this machine. */
export interface NarrowWish {
  readonly dataset: DatasetInfo;
  readonly width: number;
  readonly engine: SharedConfig['device']['engine'];
}

/** A measured item's design on narrower networks: an experiment for each number of layers. */
export const narrowExperiments = (study: Study, { dataset, width, engine }: NarrowWish): Experiment[] =>
  study.rows.map((row, index) => {
    const { shared } = row;
    const model = shared.model.id === 'deep-mlp' ? { ...shared.model, width } : shared.model;
    const changed: SharedConfig = {
      ...{ ...shared, model },
      dataset: { ...shared.dataset, id: dataset.id },
      device: { ...shared.device, engine },
    };
    const name = `${study.item}, small form: ${modelNameOf(model)} on ${dataset.name}`;
    return experimentOf(study, { ...row, shared: changed }, index, 'small', name);
  });
