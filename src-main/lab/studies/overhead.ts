import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import type { DeepMlpConfig, OptimizerConfig } from '../../../shared/runConfig.ts';
import { armsOf, imagesPerStep, speedBaseOf } from '../../../shared/speed.ts';
import type { SpeedMeasurement } from '../../../shared/speed.ts';
import type { Overhead, OverheadCell } from '../../../shared/studies/report.ts';
import type { Study, StudyForm } from '../../../shared/studies/study.ts';
import { overheadFit } from '../statistics/overheadFit.ts';
import { ratioOf } from '../statistics/speedRatio.ts';
import { paperExperiments } from './experiments.ts';

type Measured = SpeedMeasurement & { readonly base: { readonly model: DeepMlpConfig } };

/** β of a method that is SWP alone; null for any other. */
const betaOf = (optimizer: OptimizerConfig): number | null =>
  optimizer.name === 'esam' && optimizer.gamma === 1 && optimizer.beta < 1 ? optimizer.beta : null;

const isDeep = (measured: SpeedMeasurement): measured is Measured => measured.base.model.id === 'deep-mlp';

type Base = SpeedMeasurement['base'];

/** What a step's time depends on, whatever the images show; as in the paper: on whatever engine of this machine. */
const baseKey = ({ dataset, device, ...base }: Base, isPaper: boolean): string =>
  canonicalJson({ ...base, device: isPaper ? null : device, dataset: { ...dataset, identity: null } });

/** What an item asks for in a form: in the small one, on networks of any width and any images. */
const designKey = ({ dataset, model, ...base }: Base, form: StudyForm): string =>
  form === 'paper'
    ? baseKey({ ...base, model, dataset }, true)
    : canonicalJson({
        ...{ ...base, device: null },
        model: { ...model, width: null },
        dataset: { ...dataset, id: null, identity: null },
      });

/** Whether an experiment's methods were all measured, together, on what it trains. @param keyOf - what must be the same. */
const isOf = (known: SpeedMeasurement, experiment: Experiment, keyOf: (base: Base) => string): boolean =>
  expandGroups(experiment).every(
    (group) => keyOf(known.base) === keyOf(speedBaseOf(group)) && armsOf(known, group) !== null,
  );

const withoutLayers = ({ base, environment }: Measured): string =>
  canonicalJson([{ ...base, model: { ...base.model, layers: 0 } }, environment.engine]);

/**
 * The measurements of a form, the newest of each number of layers: of all methods of a row, on what the row asks for; nothing else that
 * was measured enters. The small form has networks of another width: those of the newest measurement, and what was measured with the
 * same images and engine.
 * @param all - newest first.
 */
const ofForm = (study: Study, form: StudyForm, all: readonly SpeedMeasurement[]): Measured[] => {
  const experiments = paperExperiments(study);
  const isAsPaper = ({ width }: DeepMlpConfig): boolean =>
    study.rows.some(({ shared: { model } }) => model.id === 'deep-mlp' && model.width === width);
  const fitting = all
    .filter(isDeep)
    .filter(
      (known) =>
        isAsPaper(known.base.model) === (form === 'paper') &&
        experiments.some((experiment) => isOf(known, experiment, (base) => designKey(base, form))),
    );
  const [newest] = fitting;
  if (newest === undefined) return [];
  const alike = fitting.filter((each) => withoutLayers(each) === withoutLayers(newest));
  return [...new Map(alike.toReversed().map((each) => [each.base.model.layers, each])).values()];
};

/** On which networks, images and engine the small form was measured last; null where it was not. @param all - newest first. */
export const begunNetworks = (study: Study, all: readonly SpeedMeasurement[]) => {
  const [newest] = ofForm(study, 'small', all);
  if (newest === undefined) return null;
  const { model, dataset, device } = newest.base;
  return { width: model.width, datasetId: dataset.id, engine: device.engine };
};

const savingsOf = ({ arms, base, processes }: Measured): Omit<OverheadCell, 'paper'>[] => {
  const sam = arms.find(({ optimizer }) => optimizer.name === 'sam');
  if (sam === undefined) return [];
  return arms.flatMap((arm) => {
    const beta = betaOf(arm.optimizer);
    if (beta === null) return [];
    // Of SAM over SWP the same would be 1/ratio, from 1/high to 1/low: medians and geometric means do not care which stands below.
    const { ratio, low, high } = ratioOf(arm, sam, processes);
    return [{ layers: base.model.layers, beta, ours: { saved: 1 - 1 / ratio, low: 1 - 1 / low, high: 1 - 1 / high } }];
  });
};

/** What SWP saves: the paper's values and ours, and the fit of ours. @param all - measurements of this machine, newest first. */
export const overheadOf = (study: Study, form: StudyForm, all: readonly SpeedMeasurement[]): Overhead | null => {
  const { drawing } = study;
  if (drawing.kind !== 'overhead') return null;
  const measured = ofForm(study, form, all);
  const ours = measured.flatMap(savingsOf);
  const wished = study.rows.flatMap(({ shared: { model }, arms }) =>
    arms.flatMap(({ optimizer }) => {
      const beta = betaOf(optimizer);
      return beta === null || model.id !== 'deep-mlp' ? [] : [{ layers: model.layers, beta }];
    }),
  );
  const places = new Map([...wished, ...ours].map(({ layers, beta }) => [`${layers} ${beta}`, { layers, beta }]));
  const cells = [...places.values()]
    .sort((a, b) => a.layers - b.layers || a.beta - b.beta)
    .map((place): OverheadCell => {
      const isHere = (other: { layers: number; beta: number }): boolean =>
        other.layers === place.layers && other.beta === place.beta;
      return {
        ...place,
        paper: drawing.paper.find(isHere)?.saved ?? null,
        ours: ours.find(isHere)?.ours ?? null,
      };
    });
  const savings = ours.flatMap((cell) => (cell.ours === null ? [] : [{ ...cell, saved: cell.ours.saved }]));
  const measurements = measured
    .map(({ at, base, arms, processes, endedBy, environment }) => ({
      ...{ layers: base.model.layers, at, rounds: arms[0]?.roundMs.length ?? 0, processes },
      batchSize: imagesPerStep({ base, environment }),
      ...{ width: base.model.width, datasetId: base.dataset.id, isNarrow: endedBy === 'narrow', environment },
    }))
    .sort((a, b) => a.layers - b.layers);
  return { cells, width: measured[0]?.base.model.width ?? null, fit: overheadFit(savings), measurements };
};

/** Of a study's experiments those whose methods have not been measured together on this machine. */
export const unmeasured = (experiments: readonly Experiment[], all: readonly SpeedMeasurement[]): Experiment[] =>
  experiments.filter((experiment) => {
    const isPaper = experiment.study?.form === 'paper';
    return !all.some((known) => isOf(known, experiment, (base) => baseKey(base, isPaper)));
  });
