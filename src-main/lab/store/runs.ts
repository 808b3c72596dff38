import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { runSummarySchema } from '../../../shared/run.ts';
import type { Measurements } from '../../../shared/metrics.ts';
import type { RunId, RunState, RunSummary } from '../../../shared/run.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import { runConfigSchema } from '../../../shared/runConfig.ts';
import { checksumTable, sealColumn } from './checksums.ts';
import { conditionColumns, conditionReader } from './conditions.ts';
import type { ConditionColumns } from './conditions.ts';
import { configReader } from './configReader.ts';
import type { Database } from './database.ts';
import { jobColumn, jobOf } from './clusterJobs.ts';
import type { knownRuns } from './knownRuns.ts';
import { originOf, runOriginColumn } from './origins.ts';
import { measurementColumn, measurementsOf } from './measurements.ts';
import { sentenceOf } from './understood.ts';
import type { NotUnderstood } from './understood.ts';

/** A run as the database has it; what it was configured with is its group's, and its seed. */
type Row = Omit<RunSummary, 'config' | 'origin' | 'job' | 'doubt'> & {
  readonly doubt: string | null;
  readonly job: string | null;
  readonly seed: number;
  readonly observe: unknown;
  readonly origin: string | null;
};

/** What statistics need of a run; the values are null until its first epoch has ended. */
export interface RunOfGroup {
  readonly id: RunId;
  readonly seed: number;
  readonly state: RunState;
  readonly bestTestAccuracy: number | null;
  readonly lastTestAccuracy: number | null;
  readonly imagesPerSecond: number | null;
  /** Median over epochs of the time in optimizer steps; and of all epochs together. */
  readonly epochMs: number | null;
  readonly activeMs: number | null;
  readonly peakStepBytes: number | null;
  /** Of its last epoch. */
  readonly measurements: Measurements;
  /** What it ran on last: name → value; what was not recorded is left out. */
  readonly conditions: Readonly<Record<string, string>>;
  /** Its numbers are not those that were stored. */
  readonly isDamaged: boolean;
}

/** A row of the statement that reads many groups at once. */
type GroupRow = Omit<RunOfGroup, 'measurements' | 'conditions' | 'isDamaged'> &
  ConditionColumns & { readonly groupHash: string; readonly measurements: string; readonly seal: string | null };

/** What a finished run tells about the time that others will take. */
export interface RunTimes {
  readonly groupHash: string;
  readonly trainMs: number;
  readonly images: number;
  /** Median over epochs. */
  readonly evaluationMs: number;
  /** From its start until its trainer first told something; however long it lay between two parts of its training later. */
  readonly startMs: number | null;
}

/** Medians over a run's epochs. */
interface EpochTimes {
  readonly trainMs: number;
  readonly evaluationMs: number;
}

/** A finished run's last epoch knows its whole time; of any other the sampled steps know more. */
const activeMs = `
  iif(state = 'finished', coalesce(active_ms, 0), max(coalesce(active_ms, 0),
    coalesce((SELECT step.active_ms FROM step WHERE step.run_id = run.id ORDER BY step DESC LIMIT 1), 0)))`;

/**
 * How closely a run is observed; 0 where its configuration is older, or no JSON, which is told where it is read. Nearly all are not, which is
 * seen faster than understood: only the setting can be written so in canonical JSON.
 */
const observe = `iif(instr(run.config, '"observe":0,') OR NOT json_valid(run.config), 0, coalesce(json_extract(run.config, '$.observe'), 0))`;

/** All of its experiment's runs are there. */
const hasArrived = 'experiment_id NOT IN (SELECT experiment_id FROM arriving)';

/** Everything about a run that its epochs and steps tell in one line. */
const summary = `
  SELECT run.id, experiment_id AS "experimentId", experiment.name AS "experimentName", group_hash AS "groupHash", seed, state, reason,
    stop_requested AS "stopRequested", run.created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt",
    coalesce(epochs_done, 0) AS "epochsDone", best_test_accuracy AS "bestTestAccuracy", best_epoch AS "bestEpoch",
    last_test_accuracy AS "lastTestAccuracy", images_per_second AS "imagesPerSecond", ${activeMs} AS "activeMs",
    (SELECT coalesce(sum(size_bytes), 0) FROM checkpoint WHERE checkpoint.run_id = run.id) AS "checkpointBytes",
    peak_step_bytes AS "peakStepBytes", doubt, others_busy_cores AS "othersBusyCores", run.place, wanted_place AS "wantedPlace", ${jobColumn},
    ${observe} AS "observe", ${runOriginColumn}
  FROM run JOIN experiment ON experiment.id = run.experiment_id LEFT JOIN run_summary ON run_summary.run_id = run.id
    LEFT JOIN cluster_job ON cluster_job.run_id = run.id`;

const fieldsSchema = runSummarySchema.omit({ config: true });
/** Of an origin, which is understood with the other fields. */
const unread = z.unknown();

const nameOf = ({ id }: { readonly id: RunId }): string => `Run ${String(id)}`;

/**
 * Runs as the rest of the lab reads them. Runs in the trash are only found by their id.
 * @param known - those that were read before; absent: each is read anew.
 */
export const runReader = (database: Database, notUnderstood: NotUnderstood, known?: ReturnType<typeof knownRuns>) => {
  const some = database.prepare<[string], Row>(`${summary} WHERE run.id IN (SELECT value FROM json_each(?))`);
  const exists = database.prepare<[RunId], 0 | 1>('SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)').pluck();
  const any = database.prepare<[], 0 | 1>('SELECT EXISTS (SELECT 1 FROM run)').pluck();
  const all = database.prepare<[], RunId>(`SELECT id FROM run WHERE deleted = 0 AND ${hasArrived} ORDER BY id`).pluck();
  const groupsOfNewest = database
    .prepare<[], string>(`SELECT group_hash FROM run WHERE deleted = 0 AND ${hasArrived} ORDER BY id DESC`)
    .pluck();
  const inTrash = database.prepare<[], RunId>('SELECT id FROM run WHERE deleted = 1 ORDER BY id').pluck();
  const ofExperiment = database
    .prepare<[number], RunId>('SELECT id FROM run WHERE experiment_id = ? AND deleted = 0 ORDER BY id')
    .pluck();
  const someOfGroups = database.prepare<[string], GroupRow>(
    `SELECT run.id, group_hash AS "groupHash", seed, state, best_test_accuracy AS "bestTestAccuracy",
       last_test_accuracy AS "lastTestAccuracy", images_per_second AS "imagesPerSecond", epoch_ms AS "epochMs", active_ms AS "activeMs",
       peak_step_bytes AS "peakStepBytes", ${measurementColumn('last', '0')}, ${sealColumn('run.id')}, ${conditionColumns}
     FROM run LEFT JOIN run_summary AS last ON last.run_id = run.id LEFT JOIN environment ON environment.run_id = run.id
     WHERE run.id IN (SELECT value FROM json_each(?))`,
  );
  const idsOfGroups = database
    .prepare<[string], RunId>(
      `SELECT id FROM run WHERE group_hash IN (SELECT value FROM json_each(?)) AND deleted = 0 AND ${hasArrived} ORDER BY id`,
    )
    .pluck();
  const configsOfGroup = database
    .prepare<[string], string>('SELECT config FROM run WHERE group_hash = ? ORDER BY id')
    .pluck();
  const climbedShare = database
    .prepare<[string], number | null>(
      'SELECT total(steps_perturbed) / sum(steps) FROM epoch WHERE run_id IN (SELECT value FROM json_each(?))',
    )
    .pluck();
  const newestTimes = database.prepare<[string, string, number, number], RunTimes>(
    `SELECT group_hash AS "groupHash", train_ms AS "trainMs", images, evaluation_ms AS "evaluationMs",
       (SELECT (julianday(min(at)) - julianday(started_at)) * 86400000 FROM log_line WHERE run_id = run.id AND at >= started_at) AS "startMs"
     FROM run JOIN run_summary ON run_summary.run_id = id JOIN environment ON environment.run_id = id
     WHERE group_hash IN (SELECT value FROM json_each(?)) AND state = 'finished' AND deleted = 0 AND cpu_model = ? AND cpu_cores = ?
     ORDER BY id DESC LIMIT ?`,
  );
  const epochTimes = database.prepare<[RunId], EpochTimes>(
    'SELECT epoch_ms AS "trainMs", evaluation_ms AS "evaluationMs" FROM run_summary WHERE run_id = ?',
  );
  const waiting = database
    .prepare<[], RunId>(
      `SELECT id FROM run WHERE state = 'queued' AND queue_position IS NOT NULL AND ${hasArrived} ORDER BY queue_position`,
    )
    .pluck();
  const waitingCount = database
    .prepare<[], number>("SELECT count(*) FROM run WHERE state = 'queued' AND queue_position IS NOT NULL")
    .pluck();
  const running = database.prepare<[], RunId>("SELECT id FROM run WHERE state = 'running' ORDER BY id").pluck();
  const groups = database
    .prepare<[], string>(
      `SELECT group_hash FROM run WHERE deleted = 0 AND ${hasArrived} GROUP BY group_hash ORDER BY min(id)`,
    )
    .pluck();
  const groupsOfExperiment = database
    .prepare<[number], string>(
      'SELECT group_hash FROM run WHERE experiment_id = ? AND deleted = 0 GROUP BY group_hash ORDER BY min(id)',
    )
    .pluck();
  const finished = database
    .prepare<[string, number, number], RunId>(
      `SELECT max(id) FROM run WHERE group_hash = ? AND seed = ? AND state = 'finished' AND deleted = 0
       AND ${observe} >= ?`,
    )
    .pluck();
  /** A hash names one configuration for ever, so none is read twice. */
  const configs = new Map<string, GroupConfig>();
  const readConfig = configReader();
  /** Of the group's first run whose configuration is understood; else throws what is not understood of the last. */
  const configOf = (groupHash: string): GroupConfig => {
    const known = configs.get(groupHash);
    if (known !== undefined) return known;
    let problem: unknown = new Error('its configuration, which is not there');
    for (const text of configsOfGroup.iterate(groupHash)) {
      try {
        const config = readConfig(text);
        configs.set(groupHash, config);
        return config;
      } catch (error) {
        problem = error;
      }
    }
    throw problem;
  };
  const groupConfig = (groupHash: string): GroupConfig | null => {
    try {
      return configOf(groupHash);
    } catch {
      return null; // said where its runs are read
    }
  };
  /** How closely a run is observed is its own, not its group's. */
  const toSummary = ({ seed, origin, observe, job, doubt, ...row }: Row): RunSummary => ({
    ...fieldsSchema.parse({
      ...{ ...row, origin: originOf(unread, origin), job: jobOf(job) },
      doubt: doubt === null ? null : (JSON.parse(doubt) as unknown),
    }),
    config: { ...configOf(row.groupHash), observe: runConfigSchema.shape.observe.parse(observe), seed },
  });
  const checksums = checksumTable(database);
  const conditionsOf = conditionReader();
  const toRunOfGroup = ({ measurements, seal, ...row }: GroupRow) => ({
    ...{ ...row, measurements: measurementsOf(measurements), conditions: conditionsOf(row) },
    isDamaged: checksums.isSummaryDamaged(row.id, seal),
  });
  const readNow = (ids: readonly RunId[]): RunSummary[] =>
    notUnderstood.rows(some.all(JSON.stringify(ids)), nameOf, toSummary);
  const summaries = known?.<RunSummary>();
  const readSome = (ids: readonly RunId[]): RunSummary[] => summaries?.(ids, readNow) ?? readNow(ids);
  const readOfGroupsNow = (ids: readonly RunId[]) =>
    notUnderstood.rows(someOfGroups.all(JSON.stringify(ids)), nameOf, toRunOfGroup);
  const ofGroups = known?.<ReturnType<typeof toRunOfGroup>>();
  const readOfGroups = (ids: readonly RunId[]) => ofGroups?.(ids, readOfGroupsNow) ?? readOfGroupsNow(ids);
  return {
    one: (id: RunId): RunSummary | null => {
      const [run] = readSome([id]);
      if (run !== undefined) return run;
      if (exists.get(id) === 0) return null;
      throw new LabError(
        'RUN_NOT_UNDERSTOOD',
        sentenceOf(nameOf({ id }), notUnderstood.reasonOf(nameOf({ id })) ?? 'it'),
      );
    },
    /** Those of them that are understood, in this order. */
    some: readSome,
    hasAny: (): boolean => any.get() === 1,
    ids: (): RunId[] => all.all(),
    all: (): RunSummary[] => readSome(all.all()),
    /** Of so many groups, those with the newest runs. */
    ofNewestGroups: (count: number): RunSummary[] => {
      const found = new Set<string>();
      for (const hash of groupsOfNewest.iterate()) {
        found.add(hash);
        if (found.size === count) break;
      }
      return readSome(idsOfGroups.all(JSON.stringify([...found])));
    },
    inTrash: (): RunSummary[] => readSome(inTrash.all()),
    ofExperiment: (experimentId: number): RunSummary[] => readSome(ofExperiment.all(experimentId)),
    /** Runs by the hash of their group, the oldest first. */
    ofGroups: (groupHashes: readonly string[]): Map<string, RunOfGroup[]> =>
      groupedBy(readOfGroups(idsOfGroups.all(JSON.stringify(groupHashes))), ({ groupHash }) => groupHash),
    /** Reads what the results of these runs rest on, so that nobody has to wait for that later. */
    look: (ids: readonly RunId[]): void => void readOfGroups(ids),
    groupConfig,
    /** Share of all steps of these runs that climbed; null where there are none. */
    climbedShare: (ids: readonly RunId[]): number | null => climbedShare.get(JSON.stringify(ids)) ?? null,
    /** Of the newest runs of these groups that finished on such a machine, so many. */
    newestTimes: (
      groupHashes: readonly string[],
      { cpuModel, cpuCores }: { cpuModel: string; cpuCores: number },
      most: number,
    ): RunTimes[] => newestTimes.all(JSON.stringify(groupHashes), cpuModel, cpuCores, most),
    /** What its epochs take; null where none has ended. */
    epochTimes: (id: RunId): EpochTimes | null => epochTimes.get(id) ?? null,
    /** In the order in which they will run. */
    waiting: (): RunSummary[] => readSome(waiting.all()),
    waitingCount: (): number => waitingCount.get() ?? 0,
    running: (): RunSummary[] => readSome(running.all()),
    /** Hashes of all groups, the one with the oldest run first. */
    groupHashes: (): string[] => groups.all(),
    /** Hashes of the groups of an experiment's own runs, the one with the oldest run first. */
    groupHashesOf: (experimentId: number): string[] => groupsOfExperiment.all(experimentId),
    /** The newest finished run of this configuration and seed that was observed at least as closely. */
    finishedRunId: (groupHash: string, seed: number, observe = 0): RunId | null =>
      finished.get(groupHash, seed, observe) ?? null,
  };
};
