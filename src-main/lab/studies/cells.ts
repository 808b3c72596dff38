import type { DatasetInfo } from '../../../shared/dataset.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { methodNames, methodOf } from '../../../shared/method.ts';
import { modelInfos } from '../../../shared/models.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { ResultsRow } from '../../../shared/result.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import type { StudyCell } from '../../../shared/studies/report.ts';
import { publishedSpeedRatio, type StudyForm, type StudyRow } from '../../../shared/studies/study.ts';
import { settingName, settingText } from '../../../shared/settings/index.ts';
import { valueAt } from '../../../shared/valueAt.ts';
import { readGroups } from '../groups.ts';
import { eachPlanned } from '../plan.ts';
import { processor } from '../processor.ts';
import type { Group } from '../statistics/groups.ts';
import { resultsTable } from '../statistics/resultsTable.ts';
import type { StoreReader } from '../store/index.ts';

export interface ReportParts {
  readonly read: StoreReader;
  readonly findDataset: (id: string) => DatasetInfo | null;
  /** Of the groups that trained this, the one with most finished runs. */
  readonly find: (config: GroupConfig) => Group | null;
}

/** What makes two groups the same experiment, on whatever engine and however often a step is recorded. */
const experimentKey = ({ device: _, logEvery: __, observe: ___, dataset, ...config }: GroupConfig): string =>
  canonicalJson({ ...config, dataset: { ...dataset, identity: null } });

/** Of the groups that trained this, the one with most finished runs: runs of two engines are never put together. */
export const groupFinder = (read: StoreReader): ((config: GroupConfig) => Group | null) => {
  const hashes = new Map<string, string[]>();
  const groupHashes = read.runs.groupHashes();
  const origins = read.origins.ofGroups(groupHashes);
  for (const hash of groupHashes) {
    const config = read.runs.groupConfig(hash);
    if (config === null || origins.get(hash) !== null) continue; // what was imported fills no cell
    const key = experimentKey(config);
    hashes.set(key, [...(hashes.get(key) ?? []), hash]);
  }
  return (config) => {
    const groupHashes = hashes.get(experimentKey(config)) ?? [];
    const groups = groupHashes.length === 0 ? [] : readGroups(read, { ...everyGroup, groupHashes });
    return groups.toSorted((a, b) => b.finished.length - a.finished.length)[0] ?? null;
  };
};

export interface Cells {
  readonly cells: StudyCell[];
  readonly groups: Group[];
  readonly msLeft: number | null;
}

/** What the paper's sets are called where the library has none of them. */
const setNames: Readonly<Record<string, string>> = { cifar10: 'CIFAR-10', cifar100: 'CIFAR-100', imagenet: 'ImageNet' };

const rowName = ({ shared }: Experiment, { findDataset }: ReportParts): string =>
  `${modelInfos[shared.model.id].name} on ${findDataset(shared.dataset.id)?.name ?? setNames[shared.dataset.id] ?? shared.dataset.id}`;

const isInside = (difference: number | null, ours: number | null, theirs: number | null): boolean | null =>
  difference === null || (ours === null && theirs === null)
    ? null
    : Math.abs(difference) <= 2 * Math.hypot(ours ?? 0, theirs ?? 0);

const percent = (value: number | null | undefined): number | null => (typeof value === 'number' ? 100 * value : null);

const plainValue = (value: unknown): string | number | boolean | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

/** The cells of one network on one data set, with what has finished of them. */
export const cellsOf = (experiment: Experiment, row: StudyRow, form: StudyForm, parts: ReportParts): Cells => {
  const configs = expandGroups(experiment);
  const found = configs.map(parts.find);
  const groups = found.filter((group) => group !== null);
  const speeds = { own: parts.read.speedMeasurements(processor()), imported: new Map() };
  const points = configs.map((config): StudyCell['axisValues'] =>
    Object.fromEntries(experiment.axes.map(({ path }) => [path, plainValue(valueAt(config, path))])),
  );
  const pointKeys = points.map(canonicalJson);
  /** A cell and SAM at its own point of the axes: with another batch size or learning rate it is another comparison. */
  const resultsAt = (index: number): { result: ResultsRow | undefined; sam: ResultsRow | undefined } => {
    const samIndex = configs.findIndex(
      ({ optimizer }, other) => optimizer.name === 'sam' && pointKeys[other] === pointKeys[index],
    );
    const [group, sam] = [found[index], found[samIndex]];
    const pair = new Set([sam, group].filter((one) => one !== null && one !== undefined));
    const baselines = { speedBaseline: sam?.key ?? null, accuracyBaseline: null };
    const { rows } = resultsTable([...pair], { ...baselines, accuracy: 'best' }, { speeds });
    const rowOf = (one: Group | null | undefined): ResultsRow | undefined => rows.find(({ key }) => key === one?.key);
    return { result: rowOf(group), sam: rowOf(sam) };
  };
  const planned = [...eachPlanned(parts.read, experiment, parts.findDataset)];
  let msLeft: number | null = 0;

  const cells = configs.map((config, index): StudyCell => {
    const key = canonicalJson(config.optimizer);
    const arm = row.arms.find(({ optimizer }) => canonicalJson(optimizer) === key);
    const method = methodOf(config.optimizer);
    const { result, sam } = resultsAt(index);
    const ourSam = sam?.bestTestAccuracy.mean ?? null;
    const done = new Set(result?.seeds);
    const hash = found[index]?.hash ?? '';
    // A run that was not observed has nothing to draw where the study asks for it.
    const isObserved = (seed: number): boolean =>
      config.observe === 0 || parts.read.runs.finishedRunId(hash, seed, config.observe) !== null;
    const seedsDone = experiment.seeds.filter((seed) => done.has(seed) && isObserved(seed)).length;
    // An equal run would diverge again: what it shows is known.
    const diverged = Math.min(result?.missingSeeds['diverged'] ?? 0, experiment.seeds.length - seedsDone);
    const missing = experiment.seeds.length - seedsDone - diverged;
    const each = planned[index]?.estimatedMs ?? null;
    if (missing > 0) msLeft = msLeft === null || each === null ? null : msLeft + missing * each;
    const ours = { mean: percent(result?.bestTestAccuracy.mean), sd: percent(result?.bestTestAccuracy.sd) };
    const paper = arm?.paper ?? null;
    const difference = form === 'small' || ours.mean === null || paper === null ? null : ours.mean - paper.accuracy;
    const isSam = config.optimizer.name === 'sam';
    const mean = result?.bestTestAccuracy.mean ?? null;
    return {
      ...{
        row: rowName(experiment, parts),
        label: arm?.label ?? labelOf(config, experiment),
        method,
        series: arm?.series ?? null,
      },
      axisValues: points[index] ?? {},
      ...{ paper, second: arm?.second ?? null, ours, n: result?.n ?? 0, difference },
      paperSpeedRatio: arm === undefined ? null : publishedSpeedRatio(row, arm),
      imagesPerSecond: result?.imagesPerSecond.median ?? null,
      speedRatio: result?.speedRatio ?? null,
      pairedSpeed: result?.pairedSpeed ?? null,
      isInside: isInside(difference, ours.sd, paper?.sd ?? null),
      againstSam:
        isSam || ourSam === null || mean === null || mean === ourSam ? null : mean > ourSam ? 'better' : 'worse',
      runIds: result?.runIds ?? [],
      ...{ seedsDone, diverged, seedsWanted: experiment.seeds.length },
    };
  });
  return { cells, groups, msLeft };
};

/** What tells arms of one method apart. */
const sharesOf = (optimizer: GroupConfig['optimizer']): string[] => {
  if (!('beta' in optimizer)) return [];
  const [beta, gamma] = [`β ${optimizer.beta}`, `γ ${optimizer.gamma}`];
  const method = methodOf(optimizer);
  return method === 'esam-swp' ? [beta] : method === 'esam-sds' ? [gamma] : [beta, gamma];
};

/** The paper's letters, which are shorter than the settings' names. */
const axisLetters: Readonly<Record<string, string>> = {
  batchSize: 'batch',
  'optimizer.learningRate': 'η',
  'optimizer.weightDecay': 'λ',
};

const labelOf = (config: GroupConfig, { axes, arms }: Experiment): string => {
  const { optimizer } = config;
  const name = methodNames[methodOf(optimizer)];
  const isSwept = arms.filter((arm) => methodOf(arm) === methodOf(optimizer)).length > 1;
  const told = [
    ...(isSwept ? sharesOf(optimizer) : []),
    ...axes.map(({ path }) => `${axisLetters[path] ?? settingName(path)} ${settingText(path, valueAt(config, path))}`),
  ];
  return told.length === 0 ? name : `${name} (${told.join(', ')})`;
};
