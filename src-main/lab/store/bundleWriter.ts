import { createHash } from 'node:crypto';
import type { BundledExperiment, BundledRun, BundledSpeed, BundleImported } from '../../../shared/bundle.ts';
import { doubtOfEpochs, type Doubt } from '../../../shared/doubts.ts';
import type { CheckpointFile, RunId } from '../../../shared/run.ts';
import { canonicalJson, groupConfigOf } from '../../../shared/runConfig.ts';
import { analysisTable } from './analyses.ts';
import { annotationTable } from './annotations.ts';
import { checkpointTable } from './checkpoints.ts';
import { checksumTable } from './checksums.ts';
import type { Database } from './database.ts';
import { environmentTable } from './environments.ts';
import { epochTable } from './epochs.ts';
import { groupHash } from './groupHash.ts';
import { logTable } from './logs.ts';
import { originTable } from './origins.ts';
import { runSummaryTable } from './runSummaries.ts';
import { speedMeasurementTable } from './speedMeasurements.ts';
import { stepTable } from './steps.ts';
import { trainedInTable } from './trainedIn.ts';

export interface BundleContent {
  readonly experiments: readonly BundledExperiment[];
  readonly speeds: readonly BundledSpeed[];
  /** In the order of the bundle; each is read when it is asked for. */
  readonly runs: Iterable<BundledRun>;
}

/** Puts the file of a checkpoint of the run at this place of the bundle where the lab looks for it. */
type Provide = (place: number, runId: RunId, checkpoint: CheckpointFile) => void;

/**
 * What tells an imported run from all others: which it was, and when it ended, as one that went on later has more to tell. Nothing of
 * what it holds, which a later version of the lab may read with more settings.
 */
const digestOf = ({ origin: { lab, run }, createdAt, endedAt }: BundledRun): string =>
  createHash('sha256').update(canonicalJson({ lab, run, createdAt, endedAt })).digest('hex');

/** What its own lab thought of it; where that says nothing, what its losses say: of how many classes its data set was is not known here. */
const doubtOfBundled = ({ doubt, epochs }: BundledRun): Doubt | null =>
  doubt ??
  doubtOfEpochs(
    epochs.map(({ metrics }) => metrics),
    null,
    0,
  );

/** Adds what a bundle holds and this workspace does not, in one transaction. */
export const bundleWriter = (database: Database) => {
  const origins = originTable(database);
  const [epochs, steps] = [epochTable(database), stepTable(database)];
  const [logs, environments, summaries] = [logTable(database), environmentTable(database), runSummaryTable(database)];
  const [checkpoints, checksums, analyses] = [
    checkpointTable(database),
    checksumTable(database),
    analysisTable(database),
  ];
  const trainedIn = trainedInTable(database);
  const annotations = annotationTable(database);
  const speeds = speedMeasurementTable(database);
  const insertRun = database.prepare(
    `INSERT INTO run (experiment_id, config, group_hash, seed, state, reason, created_at, started_at, ended_at, doubt)
     VALUES (@experimentId, @config, @hash, @seed, @state, @reason, @createdAt, @startedAt, @endedAt, @doubt)`,
  );
  const insertExperiment = database.prepare('INSERT INTO experiment (name, definition, created_at) VALUES (?, ?, ?)');
  const insertExperimentOrigin = database.prepare(
    'INSERT INTO experiment_origin (experiment_id, origin_id, number) VALUES (?, ?, ?)',
  );
  const findExperiment = database
    .prepare<[string, number, string], number>(
      `SELECT experiment_id FROM origin JOIN experiment_origin ON origin_id = origin.id JOIN experiment ON experiment.id = experiment_id
       WHERE lab = ? AND number = ? AND created_at = ?`,
    )
    .pluck();
  const ownExperiment = database
    .prepare<[number, string], number>('SELECT id FROM experiment WHERE id = ? AND created_at = ?')
    .pluck();
  const ownRun = database
    .prepare<[RunId, string], RunId>(
      'SELECT id FROM run WHERE id = ? AND created_at = ? AND NOT EXISTS (SELECT 1 FROM run_origin WHERE run_id = run.id)',
    )
    .pluck();
  const experimentOfRun = database.prepare<[RunId], number>('SELECT experiment_id FROM run WHERE id = ?').pluck();

  const experimentId = ({ origin, createdAt, experiment }: BundledExperiment): number => {
    const isOwn = origin.lab === origins.ownLab();
    const known = isOwn
      ? ownExperiment.get(origin.experiment, createdAt)
      : findExperiment.get(origin.lab, origin.experiment, createdAt);
    if (known !== undefined) return known;
    const added = Number(insertExperiment.run(experiment.name, JSON.stringify(experiment), createdAt).lastInsertRowid);
    insertExperimentOrigin.run(added, origins.idOf(origin), origin.experiment);
    return added;
  };

  const knownRun = (run: BundledRun, digest: string): RunId | null => {
    const { lab, run: number } = run.origin;
    const own = lab === origins.ownLab() ? ownRun.get(number, run.createdAt) : undefined;
    return own ?? origins.runOf(digest);
  };

  const addRun = (run: BundledRun, experiment: BundledExperiment, digest: string): RunId => {
    const { origin, config, state, reason, createdAt, startedAt, endedAt } = run;
    const hash = groupHash(groupConfigOf(config), origin.lab);
    const judged = doubtOfBundled(run);
    const doubt = judged === null ? null : JSON.stringify(judged);
    const row = { hash, seed: config.seed, state, reason, createdAt, startedAt, endedAt, doubt };
    const inserted = insertRun.run({ ...row, experimentId: experimentId(experiment), config: canonicalJson(config) });
    const id = Number(inserted.lastInsertRowid);
    origins.insertRun(id, origins.idOf(origin), origin.run, digest);
    if (run.environment !== null) environments.insert(id, run.environment);
    for (const part of run.trainedIn ?? []) trainedIn.add(id, part);
    for (const { metrics, nonFinite } of run.epochs) {
      epochs.insert(id, metrics, nonFinite);
      checksums.sealEpoch(id, metrics.epoch);
    }
    for (const { metrics, nonFinite } of run.steps) steps.insert(id, metrics, nonFinite);
    for (const line of run.log) logs.insert(id, line);
    if (run.annotation !== undefined) annotations.insert(id, run.annotation);
    summaries.renew(id);
    checksums.sealSummary(id);
    checksums.sealTogether(id);
    return id;
  };

  return database.transaction((content: BundleContent, provide: Provide): BundleImported => {
    const experimentIds = new Set<number>();
    const counts = { addedRuns: 0, knownRuns: 0, addedAnalyses: 0, addedSpeeds: 0, addedCheckpoints: 0 };
    let place = 0;
    for (const run of content.runs) {
      place++;
      const experiment = content.experiments[run.experiment];
      if (experiment === undefined) throw new RangeError(`its run ${place} belongs to no experiment of it`);
      const digest = digestOf(run);
      const known = knownRun(run, digest);
      const id = known ?? addRun(run, experiment, digest);
      if (known === null) counts.addedRuns++;
      else counts.knownRuns++;
      experimentIds.add(experimentOfRun.get(id) ?? 0);
      counts.addedAnalyses += run.analyses.filter((analysis) => analyses.add(id, analysis)).length;
      const files = new Set(checkpoints.of(id).map(({ fileName }) => fileName));
      for (const checkpoint of run.checkpoints.filter(({ fileName }) => !files.has(fileName))) {
        provide(place, id, checkpoint);
        checkpoints.insert(id, checkpoint);
        counts.addedCheckpoints++;
      }
    }
    for (const { origin, measurement } of content.speeds) {
      if (speeds.has(measurement)) continue;
      speeds.insert(measurement, origins.idOf(origin));
      counts.addedSpeeds++;
    }
    return { experimentIds: [...experimentIds], ...counts };
  });
};
