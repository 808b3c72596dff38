import { measurementIds, type MeasurementId } from '../../../shared/measurements/index.ts';
import type { Measurements } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import { insertInto } from './columns.ts';
import type { Database } from './database.ts';

/** Named values of a step, or means of an epoch's steps (step 0). A value that was not finite is NULL; one that is not known has no row. */
export const measurementTable = (database: Database) => {
  const insert = database.prepare(insertInto('measurement', ['runId', 'epoch', 'step', 'name', 'value']));
  const remove = database.prepare('DELETE FROM measurement WHERE run_id = ? AND epoch = ? AND step = ?');
  return {
    remove: (runId: RunId, epoch: number, step: number): void => void remove.run(runId, epoch, step),
    insert: (runId: RunId, epoch: number, step: number, values: Measurements): void => {
      for (const [name, value] of Object.entries(values)) insert.run({ runId, epoch, step, name, value });
    },
  };
};

/** A column with the values of the row's step as a JSON object; `step` is an SQL expression. */
export const measurementColumn = (table: string, step: string): string =>
  `(SELECT json_group_object(name, value) FROM measurement
    WHERE measurement.run_id = ${table}.run_id AND measurement.epoch = ${table}.epoch AND measurement.step = ${step}) AS "measurements"`;

/** Reads such a column. What this version of the lab does not know is left out. By hand: lists read thousands of them. */
export const measurementsOf = (json: string): Measurements => {
  const stored: unknown = JSON.parse(json);
  if (typeof stored !== 'object' || stored === null) throw new Error('measurements that are no object');
  const found: Partial<Record<MeasurementId, number | null>> = {};
  for (const id of measurementIds) {
    const value: unknown = Reflect.get(stored, id);
    if (value === null || typeof value === 'number') found[id] = value;
    else if (value !== undefined) throw new Error(`a measurement ${id} that is no number`);
  }
  return found;
};
