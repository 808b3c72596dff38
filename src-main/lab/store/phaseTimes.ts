import { phases, phaseMsSchema } from '../../../shared/metrics.ts';
import type { PhaseMs } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';

/** Milliseconds per phase of a step, or of an epoch's mean step (step 0). */
export const phaseTimeTable = (database: Database) => {
  const values = phases.map((phase) => `('${phase}', @${phase})`).join(', ');
  const insert = database.prepare(
    `INSERT INTO phase_time (run_id, epoch, step, phase, ms)
     SELECT @runId, @epoch, @step, column1, column2 FROM (VALUES ${values}) WHERE column2 > 0`,
  );
  const remove = database.prepare('DELETE FROM phase_time WHERE run_id = ? AND epoch = ? AND step = ?');
  return {
    remove: (runId: RunId, epoch: number, step: number): void => void remove.run(runId, epoch, step),
    insert: (runId: RunId, epoch: number, step: number, phaseMs: PhaseMs): void =>
      void insert.run({ runId, epoch, step, ...phaseMs }),
  };
};

/** A column with the phases of the row's step as a JSON object; `step` is an SQL expression. */
export const phaseColumn = (table: string, step: string): string =>
  `(SELECT json_group_object(phase, ms) FROM phase_time
    WHERE phase_time.run_id = ${table}.run_id AND phase_time.epoch = ${table}.epoch AND phase_time.step = ${step}) AS "phaseMs"`;

/** Reads such a column. */
export const phaseMsOf = (json: string): PhaseMs => {
  const stored: unknown = JSON.parse(json);
  return phaseMsSchema.parse({ ...Object.fromEntries(phases.map((phase) => [phase, 0])), ...Object(stored) });
};
