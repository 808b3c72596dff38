import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { analysisSettingsSchema } from '../../../shared/analyses/index.ts';
import { expand } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { doubtOfEpochs, type Doubt } from '../../../shared/doubts.ts';
import type { BundleImported } from '../../../shared/bundle.ts';
import { speedBaseOf } from '../../../shared/speed.ts';
import type { BundleSelection } from '../../../src-main/lab/bundles/collect.ts';
import { importBundle } from '../../../src-main/lab/bundles/import.ts';
import { Checkpoints } from '../../../src-main/lab/checkpoints.ts';
import { writeBundle } from '../../../src-main/lab/requests/bundles.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import type { EndState, Store } from '../../../src-main/lab/store/index.ts';
import { experimentOf, sgd, shared } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { environmentOf, epochOf, phaseMs, stepOf } from '../fixtures/metrics.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** A workspace without trainers. */
export const openWorkspace = async (folder: string) => {
  mkdirSync(folder, { recursive: true });
  const store = await openStore(folder, migrationsFolder);
  return { folder, store, checkpoints: new Checkpoints(store, folder, 600_000) };
};
export type TestWorkspace = Awaited<ReturnType<typeof openWorkspace>>;

export const everything: BundleSelection = {
  ...{ experimentIds: [], runIds: [], withCheckpoints: true, name: null, isExample: false },
};

export const exportTo = async (
  { store, checkpoints }: TestWorkspace,
  file: string,
  selection: Partial<BundleSelection> = {},
): Promise<readonly string[]> => {
  const parts = { store, checkpoints, labVersion: '0.0.0-test' };
  const { stream, leftOut } = await writeBundle(parts, { ...everything, ...selection });
  await pipeline(stream, createWriteStream(file));
  return leftOut;
};

export const importFrom = ({ folder, ...workspace }: TestWorkspace, file: string): Promise<BundleImported> =>
  importBundle(file, { ...workspace, workspaceFolder: folder });

/** What a run has been through. */
export interface Life {
  readonly epochs: number;
  readonly steps: number;
  readonly end: EndState;
  readonly accuracy: number;
  readonly loss: number | null;
  readonly isCheckpointed: boolean;
  readonly isAnalysed: boolean;
  /** What is thought of it; absent: what its losses say. */
  readonly doubt?: Doubt | undefined;
  /** Tags, a note, a star. */
  readonly isAnnotated?: boolean;
}

/** Gives a queued run that life, with everything that a run can have. */
export const live = ({ store, folder }: TestWorkspace, id: number, life: Life): void => {
  const { write } = store;
  if (life.isAnnotated === true)
    write.annotate([id], {
      addTags: ['zebra', 'ärger'],
      note: '# Ünïcode\n<b>=cmd</b>',
      starred: true,
      archived: true,
    });
  if (life.end === 'cancelled') return write.cancel([id]);
  write.start(id);
  write.environment(id, environmentOf());
  write.beginsIn(id, { epoch: 0, step: 0, environment: environmentOf() });
  // As runs that have a checkpoint may: it went on with other threads.
  if (life.isCheckpointed) write.beginsIn(id, { epoch: 1, step: 1000, environment: environmentOf({ threads: 1 }) });
  for (let epoch = 1; epoch <= life.epochs; epoch++)
    write.epoch(id, epochOf(epoch, { testAccuracy: life.accuracy, testLoss: life.loss }), false);
  if (life.epochs > 0) write.judge(id, life.doubt ?? doubtOfEpochs(store.read.detail(id)?.epochs ?? [], null, 0), null);
  const steps = Array.from({ length: life.steps }, (_, index) => stepOf(index + 1, { lossAfter: life.loss }));
  write.steps(
    id,
    steps.map((metrics) => ({ metrics, nonFinite: life.loss === null })),
  );
  write.log(id, { at: '2026-01-02T03:04:05.678Z', level: 'info', text: 'Ünïcode \u202e <img onerror=alert(1)> =cmd' });
  if (life.isCheckpointed) addCheckpoint(store, folder, id, life.epochs);
  if (life.isAnalysed) addAnalysis(store, id);
  write.end(id, life.end, life.end === 'finished' ? null : 'It was so.');
};

const addCheckpoint = (store: Store, folder: string, id: number, epoch: number): void => {
  const fileName = `epoch-${String(epoch).padStart(4, '0')}-step-${String(epoch * 10).padStart(8, '0')}.ckpt`;
  const numbers = Buffer.from(`checkpoint of run ${id}`);
  const digest = createHash('sha256').update(numbers).digest();
  const content = Buffer.concat([numbers, digest]);
  mkdirSync(join(folder, 'checkpoints', String(id)), { recursive: true });
  writeFileSync(join(folder, 'checkpoints', String(id), fileName), content);
  const place = { epoch, epochStep: 0, step: epoch * 10 };
  store.write.checkpoint(id, { fileName, ...place, sizeBytes: content.length, sha256: digest.toString('hex') });
};

const addAnalysis = ({ write }: Store, runId: number): void => {
  const settings = analysisSettingsSchema.parse({ kind: 'ascentProfile' });
  const fileName = 'epoch-0001-step-00000010.ckpt';
  const id = write.analyses.insert({ runId, fileName, epoch: 1, settings, rowCount: 2 });
  write.analyses.row(id, 0, { t: 0, selected: 0.5 });
  write.analyses.state(id, 'cancelled', 'Enough.');
};

/** Adds an experiment whose runs have lived these lives, one a seed, and a speed that was measured with their settings. */
export const addExperiment = (
  workspace: TestWorkspace,
  lives: readonly Life[],
  changes: Partial<Experiment> = {},
): number => {
  const dataset = { ...shared.dataset, identity: 'ab'.repeat(32) };
  const experiment = experimentOf({ shared: { ...shared, dataset }, seeds: lives.map((_, seed) => seed), ...changes });
  const { experimentId, runIds } = workspace.store.write.addExperiment(experiment, expand(experiment));
  runIds.forEach((id, index) => {
    const life = lives[index];
    if (life !== undefined) live(workspace, id, life);
  });
  const [config] = expand(experiment);
  if (config !== undefined) {
    workspace.store.write.speedMeasurement({
      at: `2026-02-03T04:05:06.${String(100 + experimentId)}Z`,
      base: speedBaseOf(config),
      arms: [{ optimizer: sgd, climbingShare: 1, roundMs: [2, 1, 3], stepMs: 2, phaseMs }],
      ...{ processes: 1, stepsPerRound: 1, endedBy: 'narrow', limitMs: 60_000, environment: environmentOf() },
    });
  }
  return experimentId;
};

/** Every row of every table that says what was measured; numbers that the store draws itself replaced by what they stand for. */
export const dump = (folder: string): Record<string, unknown[]> => {
  const database = new Sqlite(join(folder, 'lab.db'), { readonly: true });
  const rows = (sql: string): unknown[] => database.prepare(sql).all();
  const perRun = ['epoch', 'step', 'phase_time', 'measurement', 'environment', 'checkpoint', 'checksum', 'run_summary'];
  const moved =
    'SELECT * FROM trained_in WHERE run_id IN (SELECT run_id FROM trained_in GROUP BY run_id HAVING count(*) > 1)';
  const content = Object.fromEntries(perRun.map((table) => [table, rows(`SELECT * FROM ${table}`)]));
  const all = {
    ...content,
    trainedIn: rows(moved),
    run: rows(
      'SELECT id, experiment_id, config, seed, state, reason, created_at, started_at, ended_at, deleted, doubt FROM run',
    ),
    experiment: rows('SELECT id, name, created_at FROM experiment'),
    definition: database
      .prepare<[], string>('SELECT definition FROM experiment')
      .pluck()
      .all()
      .map((text): unknown => JSON.parse(text)),
    log_line: rows('SELECT run_id, at, level, text FROM log_line ORDER BY id'),
    analysis: rows('SELECT * FROM analysis ORDER BY id'),
    annotation: rows('SELECT * FROM annotation ORDER BY run_id'),
    analysis_row: rows('SELECT * FROM analysis_row'),
    speed_measurement: rows('SELECT * FROM speed_measurement ORDER BY id'),
  };
  database.close();
  return all;
};
