import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { coarseFirst, evenly } from '../../shared/analyses/analysis.ts';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import { expand } from '../../shared/experiment.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { EpochMetrics } from '../../shared/metrics.ts';
import type { RunId, RunState } from '../../shared/run.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { datasetIdentity } from '../../src-main/lab/datasets/identity.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import type { Library } from '../../src-main/lab/datasets/index.ts';
import { paperExperiments } from '../../src-main/lab/studies/experiments.ts';
import { studyOf } from '../../src-main/lab/studies/read.ts';
import { readPresets } from '../../src-main/lab/presets.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import type { Store } from '../../src-main/lab/store/index.ts';
import { copyWorkspace } from '../copyWorkspace.ts';
import { imageFolder, plain } from '../imageFolders.ts';
import { idxImages, idxLabels } from '../lab/datasets/fixtures.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { environmentHere, selfTestsHere } from './fixtures/machine.ts';
import { epochAt, stepAt, stepsOfEpoch } from './fixtures/training.ts';

const paperFolder = join(import.meta.dirname, '../../resources/paper');
export const presetsFolder = join(import.meta.dirname, 'fixtures/presets');

const folders: string[] = [];
afterAll(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
});
/** Gone when the tests of this file are over. */
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lab-page-'));
  folders.push(folder);
  return folder;
};

/** A preset's experiment on the data of this library, as the lab would queue it. */
const presetNamed = async (id: string, library: Library): Promise<Experiment> => {
  const preset = readPresets(presetsFolder).found.find((candidate) => candidate.id === id);
  if (preset === undefined) throw new Error(`There is no preset ${id} among the tests'.`);
  const { experiment } = preset;
  const set = library.get(experiment.shared.dataset.id);
  return { ...experiment, data: { [set.id]: datasetIdentity(set) } };
};

const checkpointBytes = 750_000;

/** Writes all that a run leaves behind that trained to this epoch and ended so. */
const trainTo = (
  { write }: Store,
  runId: RunId,
  config: RunConfig,
  epochs: number,
  state: RunState & ('finished' | 'stopped' | 'interrupted'),
  reason: string | null,
  changed: (metrics: EpochMetrics) => EpochMetrics = (metrics) => metrics,
): void => {
  const perEpoch = stepsOfEpoch(config);
  const note = (text: string): void => write.log(runId, { at: new Date().toISOString(), level: 'info', text });
  write.start(runId);
  write.environment(runId, environmentHere(config, '0'.repeat(64), '0.0.0-test'));
  note('Scripted engine (CPU)');
  const sampled = Array.from({ length: Math.floor((epochs * perEpoch) / 10) }, (_, index) => ({
    metrics: stepAt(config, 10 * (index + 1)),
    nonFinite: false,
  }));
  write.steps(runId, sampled);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const metrics = changed(epochAt(config, epoch));
    write.epoch(runId, metrics, false);
    note(`Epoch ${epoch}: test accuracy ${(100 * metrics.testAccuracy).toFixed(2)} %`);
  }
  for (const epoch of [epochs - 1, epochs]) {
    const step = epoch * perEpoch;
    write.checkpoint(runId, {
      fileName: `epoch-${epoch}-step-${step}.ckpt`,
      ...{ epoch, epochStep: 0, step, sizeBytes: checkpointBytes, sha256: '0'.repeat(64) },
    });
  }
  write.end(runId, state, reason);
};

/** Adds an experiment's runs; the first `finished` of them have finished, but for those that `otherwise` names by index. */
const add = (
  store: Store,
  experiment: Experiment,
  finished: number,
  otherwise: ReadonlyMap<number, readonly ['stopped' | 'interrupted', string]> = new Map(),
): void => {
  const configs = expand(experiment);
  const { runIds } = store.write.addExperiment(experiment, configs);
  for (const [index, config] of configs.slice(0, finished).entries()) {
    const [state, reason] = otherwise.get(index) ?? (['finished', null] as const);
    const epochs = state === 'finished' ? config.epochs : Math.ceil(config.epochs / 2);
    trainTo(store, runIds[index] ?? 0, config, epochs, state, reason);
  }
};

/** Runs 1–15: five arms on Letters with three seeds, the last but one interrupted, the last stopped. */
const addParts = async (store: Store, library: Library): Promise<void> => {
  const ends = new Map([
    [13, ['interrupted', 'The app was closed while this run was in epoch 5 of 8.']],
    [14, ['stopped', 'Stopped after epoch 4 as asked.']],
  ] as const);
  add(store, await presetNamed('parts-of-esam', library), 15, ends);
};

/** Many groups: SGD, SAM, and ESAM at every β and γ of these; the more of both, the slower and the better. */
const addMany = async (store: Store, library: Library, shares: readonly number[]): Promise<void> => {
  const quick = await presetNamed('quick', library);
  const [sgd, sam, esam] = quick.arms;
  if (sgd === undefined || sam === undefined || esam?.name !== 'esam')
    throw new Error('The quick preset has three arms.');
  const dataset = { ...quick.shared.dataset, trainSubset: 1280 };
  const shared = { ...quick.shared, dataset, epochs: 12 };
  const axes = ['optimizer.beta', 'optimizer.gamma'].map((path) => ({ path, values: [...shares] }));
  const experiment = { ...quick, name: 'Sweep of β and γ', shared, arms: [sgd, sam, esam], axes };
  const configs = expand(experiment);
  const { runIds } = store.write.addExperiment(experiment, configs);
  for (const [index, config] of configs.entries()) {
    const { optimizer } = config;
    const lost = optimizer.name === 'esam' ? 0.02 * (1.8 - optimizer.beta - optimizer.gamma) : 0;
    trainTo(store, runIds[index] ?? 0, config, config.epochs, 'finished', null, (metrics) => ({
      ...metrics,
      testAccuracy: metrics.testAccuracy - lost,
    }));
  }
};

/**
 * Table 1's first network and data set with its three methods and two seeds, but 6 epochs of 1,280 images. SAM's test loss was not finite in
 * its third and fourth.
 */
const addAsPaper = (store: Store): Promise<void> => {
  const [experiment] = paperExperiments(studyOf(paperFolder, 'table-1'));
  if (experiment === undefined) throw new Error('Table 1 trains nothing.');
  const { shared } = experiment;
  const short = { ...shared, epochs: 6, dataset: { ...shared.dataset, trainSubset: 1280 } };
  const changed = { ...experiment, name: 'Like Table 1, β 0.6', shared: short, seeds: [0, 1] };
  const configs = expand(changed);
  const { runIds } = store.write.addExperiment(changed, configs);
  for (const [index, config] of configs.entries()) {
    const isLost = (epoch: number): boolean => config.optimizer.name === 'sam' && (epoch === 3 || epoch === 4);
    trainTo(store, runIds[index] ?? 0, config, config.epochs, 'finished', null, (metrics) =>
      isLost(metrics.epoch) ? { ...metrics, testLoss: null } : metrics,
    );
  }
  return Promise.resolve();
};

/** Losses that rise from θ at −2…2 as k·(a² + 2b²). */
const addLandscape = ({ write, read }: Store, runId: RunId, k: number, rows: number): void => {
  const settings = analysisSettingsSchema.parse({ kind: 'landscape', points: 9, radius: 2, examples: 64 });
  const [checkpoint] = read.checkpoints(runId);
  if (checkpoint === undefined) throw new Error(`Run ${runId} has no checkpoint.`);
  const { fileName, epoch } = checkpoint;
  const id = write.analyses.insert({ runId, fileName, epoch, settings, rowCount: 9 });
  const places = evenly(9, 2);
  coarseFirst(9)
    .slice(0, rows)
    .forEach((line, place) => {
      const a = places[line] ?? 0;
      write.analyses.row(id, place, { pair: 0, a, losses: places.map((b) => 1 + k * (a * a + 2 * b * b)) });
    });
  if (rows === 9) write.analyses.state(id, 'finished');
  else write.analyses.state(id, 'cancelled', 'Cancelled by you; the rows that were there are kept.');
};

const fill = {
  empty: async (): Promise<void> => undefined,
  /** And runs 16–21, the quick comparison, all finished; the machine is measured. */
  full: async (store: Store, library: Library): Promise<void> => {
    await addParts(store, library);
    add(store, await presetNamed('quick', library), 6);
    for (const selfTest of selfTestsHere()) store.write.selfTestResult(selfTest);
  },
  /** And landscapes of runs 16–18, the first of each method: that of the last was cancelled. */
  analysed: async (store: Store, library: Library): Promise<void> => {
    await fill.full(store, library);
    addLandscape(store, 16, 3, 9);
    addLandscape(store, 17, 2, 9);
    addLandscape(store, 18, 1, 5);
  },
  /** 51 groups of two seeds. */
  many: (store: Store, library: Library) => addMany(store, library, [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
  /** 102 groups. */
  crowded: (store: Store, library: Library) =>
    addMany(store, library, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]),
  /** Six runs of the paper's network on the paper's data, shorter than the paper's. */
  asPaper: addAsPaper,
  /** Of the quick comparison four runs have finished; two wait, and six more of two other seeds. */
  queued: async (store: Store, library: Library): Promise<void> => {
    await addParts(store, library);
    const quick = await presetNamed('quick', library);
    add(store, quick, 4);
    add(store, { ...quick, name: 'Quick comparison, more seeds', seeds: [2, 3] }, 0);
  },
} as const satisfies Record<string, (store: Store, library: Library) => Promise<void>>;
export type WorkspaceKind = keyof typeof fill;

/** MNIST; where there are runs, also ten classes of grey squares, and a folder of images of which one is damaged. */
const addDatasets = async (library: Library, kind: WorkspaceKind): Promise<void> => {
  await library.ensureBuiltIn();
  if (kind === 'empty') return;
  const labels = (count: number): number[] => Array.from({ length: count }, (_, index) => index % 10);
  const letters = await newFolder();
  const files = {
    'train-images-idx3-ubyte': idxImages(200, 28, 28),
    'train-labels-idx1-ubyte': idxLabels(labels(200)),
    't10k-images-idx3-ubyte': idxImages(20, 28, 28),
    't10k-labels-idx1-ubyte': idxLabels(labels(20)),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(letters, name), content);
  await library.import({ kind: 'idx', paths: [letters], name: 'Letters' });
  const flowers = await imageFolder({
    'train/daisy/0001.jpg': await plain('white').jpeg().toBuffer(),
    'train/rose/0001.jpg': await plain('red').jpeg().toBuffer(),
    'train/tulip/0001.jpg': await plain('yellow').jpeg().toBuffer(),
    'train/tulip/0107.jpg': 'not an image',
    'val/daisy/0001.jpg': await plain('ivory').jpeg().toBuffer(),
    'val/rose/0001.jpg': await plain('crimson').jpeg().toBuffer(),
    'val/tulip/0001.jpg': await plain('gold').jpeg().toBuffer(),
  });
  await library.import({ kind: 'imageFolder', paths: [flowers], name: 'Flowers', onDamaged: 'skip' });
};

const make = async (kind: WorkspaceKind): Promise<string> => {
  const folder = await newFolder();
  const store = await openStore(folder, migrationsFolder);
  const library = openLibrary(join(folder, 'datasets'));
  await addDatasets(library, kind);
  await fill[kind](store, library);
  store.close();
  return folder;
};

const made = new Map<WorkspaceKind, Promise<string>>();

/** Writes a workspace of this kind, through the store and the library; made once, then copied. */
export const writeWorkspace = async (kind: WorkspaceKind, folder: string): Promise<void> => {
  const source = made.get(kind) ?? make(kind);
  made.set(kind, source);
  await copyWorkspace(await source, folder);
};
