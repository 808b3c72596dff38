import { runSummarySchema } from '../../../shared/run.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import type { Database } from './database.ts';

interface Row {
  config: string;
}

/** Everything about a run that its epochs and steps tell in one line. Medians over epochs; NULLs are left out. */
const summary = `
  SELECT run.id, experiment_id AS "experimentId", experiment.name AS "experimentName", group_hash AS "groupHash", config, state, reason,
    stop_requested AS "stopRequested", run.created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt",
    (SELECT count(*) FROM epoch WHERE run_id = run.id) AS "epochsDone",
    (SELECT max(test_accuracy) FROM epoch WHERE run_id = run.id) AS "bestTestAccuracy",
    (SELECT epoch FROM epoch WHERE run_id = run.id ORDER BY test_accuracy DESC, epoch LIMIT 1) AS "bestEpoch",
    (SELECT test_accuracy FROM epoch WHERE run_id = run.id ORDER BY epoch DESC LIMIT 1) AS "lastTestAccuracy",
    (SELECT median(images_per_second) FROM epoch WHERE run_id = run.id) AS "imagesPerSecond",
    max(
      coalesce((SELECT active_ms FROM epoch WHERE run_id = run.id ORDER BY epoch DESC LIMIT 1), 0),
      coalesce((SELECT active_ms FROM step WHERE run_id = run.id ORDER BY step DESC LIMIT 1), 0)
    ) AS "activeMs",
    (SELECT coalesce(sum(size_bytes), 0) FROM checkpoint WHERE run_id = run.id) AS "checkpointBytes",
    (SELECT max(peak_step_bytes) FROM epoch WHERE run_id = run.id) AS "peakStepBytes"
  FROM run JOIN experiment ON experiment.id = run.experiment_id`;

const toSummary = ({ config, ...row }: Row): RunSummary =>
  runSummarySchema.parse({ ...row, config: JSON.parse(config) as unknown });

/** Runs as the rest of the lab reads them. Runs in the trash are only found by their id. */
export const runReader = (database: Database) => {
  const one = database.prepare<[RunId], Row>(`${summary} WHERE run.id = ?`);
  const any = database.prepare<[], 0 | 1>('SELECT EXISTS (SELECT 1 FROM run)').pluck();
  const all = database.prepare<[], Row>(`${summary} WHERE deleted = 0 ORDER BY run.id`);
  const ofExperiment = database.prepare<[number], Row>(
    `${summary} WHERE experiment_id = ? AND deleted = 0 ORDER BY run.id`,
  );
  const ofGroup = database.prepare<[string], Row>(`${summary} WHERE group_hash = ? AND deleted = 0 ORDER BY run.id`);
  const waiting = database.prepare<[], Row>(`${summary} WHERE state = 'queued' ORDER BY queue_position`);
  const running = database.prepare<[], Row>(`${summary} WHERE state = 'running' ORDER BY run.id`);
  const groups = database
    .prepare<[], string>('SELECT group_hash FROM run WHERE deleted = 0 GROUP BY group_hash ORDER BY min(id)')
    .pluck();
  const groupsOfExperiment = database
    .prepare<[number], string>(
      'SELECT group_hash FROM run WHERE experiment_id = ? AND deleted = 0 GROUP BY group_hash ORDER BY min(id)',
    )
    .pluck();
  const finished = database
    .prepare<[string, number], RunId>(
      "SELECT max(id) FROM run WHERE group_hash = ? AND seed = ? AND state = 'finished' AND deleted = 0",
    )
    .pluck();
  return {
    one: (id: RunId): RunSummary | null => {
      const row = one.get(id);
      return row === undefined ? null : toSummary(row);
    },
    hasAny: (): boolean => any.get() === 1,
    all: (): RunSummary[] => all.all().map(toSummary),
    ofExperiment: (experimentId: number): RunSummary[] => ofExperiment.all(experimentId).map(toSummary),
    ofGroup: (groupHash: string): RunSummary[] => ofGroup.all(groupHash).map(toSummary),
    /** In the order in which they will run. */
    waiting: (): RunSummary[] => waiting.all().map(toSummary),
    running: (): RunSummary[] => running.all().map(toSummary),
    /** Hashes of all groups, the one with the oldest run first. */
    groupHashes: (): string[] => groups.all(),
    /** Hashes of the groups of an experiment's own runs, the one with the oldest run first. */
    groupHashesOf: (experimentId: number): string[] => groupsOfExperiment.all(experimentId),
    /** The newest finished run of this configuration and seed. */
    finishedRunId: (groupHash: string, seed: number): RunId | null => finished.get(groupHash, seed) ?? null,
  };
};
