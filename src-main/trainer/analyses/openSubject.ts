import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import type { AnalyseInput } from '../../../shared/jobs/analyse.ts';
import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import { batchesOf } from '../data/batches.ts';
import { randomStream } from '../data/rng.ts';
import type { Network } from '../engine/network.ts';
import type { Ops } from '../engine/ops.ts';
import { openExamples } from '../openExamples.ts';
import { openRun } from '../run.ts';
import type { Subject } from './subject.ts';

/** Examples of a pass: large enough to keep the device busy, small enough for any model's activations. */
const passExamples = 256;
/** Of small networks, whose operations are over before threads have woken, as many as this bound of a pass lets through. */
const [mostPassExamples, passMacs] = [1024, 1e10];

/** Nothing is done to the images. */
const unaugmented = {
  ...{ cropPadding: 0, flip: false, cutoutSize: 0, cutoutProbability: 0, cropMinScale: null },
} as const;

/**
 * Opens what an analysis works on: the network as a checkpoint left it, and a fixed, class-balanced part of the whole data set with its true
 * labels, so that every checkpoint of a set is analysed on the same images, whatever subset or noise its run trained with.
 * @throws LabError CHECKPOINT_*, DATASET_*, CONFIG_INVALID.
 */
export const openSubject = async (
  ops: Ops,
  { config, dataset, datasetFolder, labVersion, checkpoint, settings }: AnalyseInput,
  pause: () => Promise<void>,
): Promise<Subject> => {
  const run = openRun(ops, config, dataset, datasetFolder, labVersion);
  readCheckpoint(run, checkpoint.path, checkpoint.sha256);
  const random = (purpose: string) => randomStream(settings.seed, `analysis ${purpose}`);
  const examples = openExamples(
    ops,
    {
      ...config,
      dropLast: false,
      augmentation: { ...config.augmentation, ...unaugmented },
      dataset: { ...config.dataset, trainSubset: settings.examples, testSubset: settings.examples, labelNoise: 0 },
    },
    dataset,
    datasetFolder,
    { subset: random('train'), testSubset: random('test'), labelNoise: random('noise') },
  );
  const chosen = examples[settings.split];
  const all = Int32Array.from({ length: chosen.count }, (_, index) => index);
  const indices = batchesOf(all, passOf(settings, run.network), false);
  const order = random('augmentation');
  chosen.prepare(indices, order);
  const batches = [];
  for (const each of indices) {
    await chosen.whenReady();
    batches.push(chosen.batch(each, order));
  }
  const trainingRho = 'rho' in config.optimizer ? config.optimizer.rho : null;
  return { ops, network: run.network, state: run.state, batches, trainingRho, random, pause };
};

/** BatchNorm takes an ascent's statistics from all of its examples at once. */
const passOf = ({ kind, examples }: AnalysisSettings, { macs }: Network): number =>
  kind === 'ascentProfile' ? examples : Math.min(mostPassExamples, Math.max(passExamples, Math.floor(passMacs / macs)));
