import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { modelNameOf } from '../../../shared/models.ts';
import type { SharedConfig } from '../../../shared/runConfig.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import type { Study, StudyForm, StudyRow } from '../../../shared/studies/study.ts';
import type { StoreReader } from '../store/index.ts';

const named = (study: Study, { shared }: StudyRow): string =>
  `${study.item}: ${modelNameOf(shared.model)} on ${shared.dataset.id}`;

/** The experiment of a row of an item; speeds are measured where its drawing shows them. */
export const experimentOf = (
  study: Study,
  row: StudyRow,
  index: number,
  form: StudyForm,
  name: string,
): Experiment => ({
  name,
  shared: row.shared,
  arms: row.arms.map(({ optimizer }) => optimizer),
  axes: study.axes,
  seeds: study.seeds,
  skipFinished: true,
  measureSpeed: study.drawing.kind === 'speed-accuracy' || isMeasured(study),
  study: { id: study.id, row: index, form },
});

/** An item as in the paper: an experiment for each network and data set. */
export const paperExperiments = (study: Study): Experiment[] =>
  study.rows.map((row, index) => experimentOf(study, row, index, 'paper', named(study, row)));

/** The small form of an item that was queued last in this lab; null where none was. */
export const begunExperiment = (study: Study, read: StoreReader): Experiment | null => {
  const small = read
    .experiments()
    .filter(
      ({ experiment, origin }) =>
        origin === null && experiment.study?.id === study.id && experiment.study.form === 'small',
    );
  return small.toSorted((a, b) => b.id - a.id)[0]?.experiment ?? null;
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
