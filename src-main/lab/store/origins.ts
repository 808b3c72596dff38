import { z } from 'zod';
import { originSchema } from '../../../shared/origin.ts';
import type { Origin } from '../../../shared/origin.ts';
import type { RunId } from '../../../shared/run.ts';
import { flag } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

const originJson = `json_object('lab', lab, 'name', name, 'isExample', json(iif(is_example, 'true', 'false')))`;

/** A column with the origin of a run as a JSON object; NULL for one that was made here. */
export const runOriginColumn = `(SELECT json_patch(${originJson}, json_object('run', number))
  FROM run_origin JOIN origin ON origin.id = origin_id WHERE run_origin.run_id = run.id) AS "origin"`;

/** The same of an experiment. */
export const experimentOriginColumn = `(SELECT ${originJson}
  FROM experiment_origin JOIN origin ON origin.id = origin_id WHERE experiment_origin.experiment_id = experiment.id) AS "origin"`;

const textSchema = z.string().nullable();
/** Reads such a column. */
export const originOf = <T>(schema: z.ZodType<T>, column: unknown): T | null => {
  const text = textSchema.parse(column);
  return text === null ? null : schema.parse(JSON.parse(text));
};

/** Which lab this is, and which ones its imported runs come from. */
export const originTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const own = database.prepare<[], string>('SELECT lab FROM lab_identity').pluck();
  const find = database.prepare<[string], number>('SELECT id FROM origin WHERE lab = ?').pluck();
  const insert = database.prepare('INSERT INTO origin (lab, name, is_example) VALUES (?, ?, ?)');
  const ofGroups = database.prepare<[string], { groupHash: string; origin: string }>(
    `SELECT DISTINCT group_hash AS "groupHash", ${originJson} AS "origin"
     FROM run_origin CROSS JOIN run ON run_id = run.id JOIN origin ON origin.id = origin_id
     WHERE group_hash IN (SELECT value FROM json_each(?))`,
  );
  const ofExperiment = database
    .prepare<[number], string>(
      `SELECT ${originJson} FROM experiment_origin JOIN origin ON origin.id = origin_id WHERE experiment_id = ?`,
    )
    .pluck();
  const numberOfExperiment = database
    .prepare<[number], number>('SELECT number FROM experiment_origin WHERE experiment_id = ?')
    .pluck();
  const insertRun = database.prepare('INSERT INTO run_origin (run_id, origin_id, number, sha256) VALUES (?, ?, ?, ?)');
  const runBySha256 = database.prepare<[string], RunId>('SELECT run_id FROM run_origin WHERE sha256 = ?').pluck();
  const read = (text: string): Origin => originSchema.parse(JSON.parse(text));
  /** A group's runs are all of one origin, for ever. */
  const groups = new Map<string, Origin | null>();
  return {
    /** This lab's own identity. */
    ownLab: (): string => own.get() ?? '',
    /** Of groups; null where one's runs were trained here, none where they came from elsewhere and that is not understood. */
    ofGroups: (groupHashes: readonly string[]): ReadonlyMap<string, Origin | null> => {
      const asked = new Set(groupHashes.filter((hash) => !groups.has(hash)));
      for (const { groupHash, origin } of asked.size === 0 ? [] : ofGroups.all(JSON.stringify([...asked]))) {
        asked.delete(groupHash);
        const found = notUnderstood.row(origin, () => 'The origin of imported runs', read);
        if (found !== null) groups.set(groupHash, found);
      }
      for (const hash of asked) groups.set(hash, null);
      return groups;
    },
    ofExperiment: (id: number): Origin | null => originOf(originSchema, ofExperiment.get(id) ?? null),
    /** An imported experiment's number where it comes from. */
    numberOfExperiment: (id: number): number | null => numberOfExperiment.get(id) ?? null,
    /** The run that was imported from such content. */
    runOf: (sha256: string): RunId | null => runBySha256.get(sha256) ?? null,
    /** The row of a lab, made where it is new. What a lab calls itself later changes nothing. */
    idOf: ({ lab, name, isExample }: Origin): number =>
      find.get(lab) ?? Number(insert.run(lab, name, flag(isExample)).lastInsertRowid),
    insertRun: (runId: RunId, originId: number, number: number, sha256: string): void =>
      void insertRun.run(runId, originId, number, sha256),
  };
};
