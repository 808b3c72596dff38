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

type Measured = SpeedMeasurement & { readonly base: { readonly model: DeepMlpConfig } };

/** β of a method that is SWP alone; null for any other. */
const betaOf = (optimizer: OptimizerConfig): number | null =>
  optimizer.name === 'esam' && optimizer.gamma === 1 && optimizer.beta < 1 ? optimizer.beta : null;

const isDeep = (measured: SpeedMeasurement): measured is Measured => measured.base.model.id === 'deep-mlp';

const withoutLayers = ({ base, environment }: Measured): string =>
  canonicalJson([{ ...base, model: { ...base.model, layers: 0 } }, environment.engine]);

/**
 * The measurements of a form, the newest of each number of layers. The small form has networks of another width: those of the newest
 * measurement, and what was measured with the same batches, images and engine.
 * @param all - newest first.
 */
const ofForm = (study: Study, form: StudyForm, all: readonly SpeedMeasurement[]): Measured[] => {
  const wished = study.rows.flatMap(({ shared }) => (shared.model.id === 'deep-mlp' ? [shared.model] : []));
  const [first] = wished;
  const fitting = all
    .filter(isDeep)
    .filter(
      ({ base: { model } }) => model.wiring === first?.wiring && (model.width === first.width) === (form === 'paper'),
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

/** What a step's time depends on, whatever the images show; as in the paper: on whatever engine of this machine. */
const baseKey = ({ dataset, device, ...base }: SpeedMeasurement['base'], isPaper: boolean): string =>
  canonicalJson({ ...base, device: isPaper ? null : device, dataset: { ...dataset, identity: null } });

/** Of a study's experiments those whose methods have not been measured together on this machine. */
export const unmeasured = (experiments: readonly Experiment[], all: readonly SpeedMeasurement[]): Experiment[] =>
  experiments.filter((experiment) => {
    const groups = expandGroups(experiment);
    const isPaper = experiment.study?.form === 'paper';
    return !all.some((known) =>
      groups.every(
        (group) =>
          baseKey(known.base, isPaper) === baseKey(speedBaseOf(group), isPaper) && armsOf(known, group) !== null,
      ),
    );
  });
