import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { expand } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { modelInfos } from '../../../shared/models.ts';
import { modelOf } from '../../../shared/runConfig.ts';
import type { ModelId, SharedConfig } from '../../../shared/runConfig.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { experimentOf } from './experiments.ts';

export interface SmallWish {
  readonly dataset: DatasetInfo;
  readonly model: ModelId;
  readonly hours: number;
  readonly engine: SharedConfig['device']['engine'];
}

/** How long things take here; null where that is not known. */
export interface SmallTimes {
  /** Training, evaluating and measuring speeds. */
  readonly hoursOf: (experiment: Experiment) => number | null;
  /** Analysing one checkpoint of each group. */
  readonly analysisHoursOf: (experiment: Experiment, settings: AnalysisSettings) => number | null;
}

interface Size {
  readonly epochs: number;
  /** Null = all. */
  readonly trainSubset: number | null;
  readonly seeds: number;
}

const epochChoices = [30, 20, 15, 10, 8] as const;
const shares = [0.5, 0.25, 0.1, 0.05, 0.02] as const;
const fewestEpochs = 5;
/** With fewer, no method has learned anything that could be compared. */
const leastSteps = 40;
/** An accuracy of 60 % has a standard error of one point on so many. */
const leastTested = 2000;

/** Sizes of a small form, the largest first: fewer epochs on all examples, then fewer examples, then one seed. */
const sizesOf = ({ rows, seeds }: Study, { trainCount }: DatasetInfo): Size[] => {
  const batchSize = rows[0]?.shared.batchSize ?? 1;
  const subsets = shares
    .map((share) => Math.round(share * trainCount))
    .filter((count) => fewestEpochs * Math.ceil(count / batchSize) >= leastSteps);
  const fewer = (count: number): Size[] =>
    [null, ...subsets].map((trainSubset) => ({ epochs: fewestEpochs, trainSubset, seeds: count }));
  return [
    ...epochChoices.map((epochs) => ({ epochs, trainSubset: null, seeds: seeds.length })),
    ...fewer(seeds.length),
    ...(seeds.length === 1 ? [] : fewer(1)),
  ];
};

/** What an analysis may be made of where the item's own takes too long, the most first: fewer places of a plane, then fewer images. */
const analysesOf = (settings: AnalysisSettings): AnalysisSettings[] => {
  if (settings.kind !== 'landscape' && settings.kind !== 'adversarialLandscape') return [settings];
  const smaller = [
    [31, 1024],
    [31, 512],
    [21, 512],
    [15, 256],
  ] as const;
  return [
    settings,
    ...smaller
      .filter(([points, examples]) => points <= settings.points && examples <= settings.examples)
      .map(([points, examples]) => ({ ...settings, points, examples })),
  ];
};

const unknown = (): LabError =>
  new LabError(
    'CONFIG_INVALID',
    'How long this takes here is not known yet, so it cannot be fitted to hours. Run the self-test first: Device view, or esam-lab device --test.',
  );

/** A name has room for 120 letters. */
const shortened = (name: string): string => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

const nameOf = (study: Study, { dataset, model }: SmallWish, { epochs, trainSubset, seeds }: Size): string =>
  [
    `${study.item}, small form: ${modelInfos[model].name} on ${shortened(dataset.name)}`,
    `${epochs} epochs`,
    ...(trainSubset === null ? [] : [`${trainSubset} examples`]),
    ...(seeds === study.seeds.length ? [] : [`${seeds} of ${study.seeds.length} seeds`]),
  ].join(', ');

const sized = (study: Study, wish: SmallWish, size: Size, analysis: AnalysisSettings | null): Experiment => {
  const { dataset, model, engine } = wish;
  const [row] = study.rows;
  if (row === undefined) throw new LabError('CONFIG_INVALID', `${study.item} trains nothing.`);
  const isCifar = dataset.id.startsWith('cifar');
  const { trainSubset, epochs } = size;
  const tested = trainSubset === null ? dataset.testCount : Math.max(leastTested, trainSubset);
  const augmentation = { ...row.shared.augmentation, cropMinScale: null, resolution: null };
  const shared: SharedConfig = {
    ...row.shared,
    dataset: {
      ...{ ...row.shared.dataset, id: dataset.id, trainSubset },
      testSubset: tested >= dataset.testCount ? null : tested,
    },
    augmentation: isCifar ? { ...augmentation, cropPadding: 4 } : { ...augmentation, cropPadding: 0, flip: false },
    ...{ model: modelOf(model), epochs, device: { ...row.shared.device, engine } },
  };
  const experiment = experimentOf(study, { ...row, shared }, 0, 'small', nameOf(study, wish, size));
  return {
    ...experiment,
    seeds: study.seeds.slice(0, size.seeds),
    study: { id: study.id, row: 0, form: 'small', ...(analysis !== null && { analysis }) },
  };
};

/**
 * An item's design on other data and another network, as long as fits into the hours. Of an item that draws analyses of checkpoints, these
 * have half of them at most, unless even the smallest takes longer.
 * @throws LabError CONFIG_INVALID where nothing fits, or the machine's speed is not known.
 */
export const smallExperiment = (study: Study, wish: SmallWish, times: SmallTimes): Experiment => {
  const { drawing } = study;
  const sizes = sizesOf(study, wish.dataset);
  const least = sizes.at(-1) ?? { epochs: fewestEpochs, trainSubset: null, seeds: 1 };
  const known = (hours: number | null): number => {
    if (hours === null) throw unknown();
    return hours;
  };
  const analyses = drawing.kind === 'analyses' ? analysesOf(drawing.settings) : [];
  const analysisHours = (settings: AnalysisSettings): number =>
    known(times.analysisHoursOf(sized(study, wish, least, settings), settings));
  const analysis = analyses.find((each) => analysisHours(each) <= wish.hours / 2) ?? analyses.at(-1) ?? null;
  const rest = wish.hours - (analysis === null ? 0 : analysisHours(analysis));
  const hoursOf = (size: Size): number => known(times.hoursOf(sized(study, wish, size, analysis)));
  const found = sizes.find((size) => hoursOf(size) <= rest);
  if (found !== undefined) return sized(study, wish, found, analysis);
  const smallest = sized(study, wish, least, analysis);
  const needed = hoursOf(least) + wish.hours - rest;
  throw new LabError(
    'CONFIG_INVALID',
    `${wish.hours} h are too few for ${study.item} with ${modelInfos[wish.model].name} on ${wish.dataset.name}: its smallest form, ${expand(smallest).length} runs of ${least.epochs} epochs${least.trainSubset === null ? '' : ` on ${least.trainSubset} images`}, takes about ${needed.toPrecision(2)} h here. Give more hours, or choose a smaller network or data set.`,
  );
};
