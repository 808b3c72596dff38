import { stepMetricsSchema } from '../../../shared/metrics.ts';
import type { StepMetrics } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import { flag, insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { measurementColumn, measurementsOf, measurementTable } from './measurements.ts';
import { phaseColumn, phaseMsOf, phaseTimeTable } from './phaseTimes.ts';
import { NotUnderstood } from './understood.ts';

const { phaseMs: _phaseMs, measurements: _measurements, ...plain } = stepMetricsSchema.shape;
const names = Object.keys(plain);

type Row = Record<string, unknown> & { phaseMs: string; measurements: string };

/** Sampled optimizer steps. */
export const stepTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const phaseTimes = phaseTimeTable(database);
  const measurements = measurementTable(database);
  const insert = database.prepare(insertInto('step', ['runId', ...names, 'nonFinite']));
  const count = database.prepare<[RunId], number>('SELECT count(*) FROM step WHERE run_id = ?').pluck();
  const select = database.prepare<[RunId, number], Row>(
    `SELECT ${selected(names)}, ${phaseColumn('numbered', 'numbered.step')}, ${measurementColumn('numbered', 'numbered.step')}
     FROM (SELECT *, row_number() OVER (ORDER BY step) - 1 AS place FROM step WHERE run_id = ?) AS numbered
     WHERE place % ? = 0 ORDER BY numbered.step`,
  );
  const remove = database.prepare('DELETE FROM step WHERE run_id = ? AND step = ?');
  return {
    /** Makes room for the same step, trained again. */
    remove: (runId: RunId, metrics: Pick<StepMetrics, 'epoch' | 'step'>): void => {
      phaseTimes.remove(runId, metrics.epoch, metrics.step);
      measurements.remove(runId, metrics.epoch, metrics.step);
      remove.run(runId, metrics.step);
    },
    /** @param nonFinite - a measured value was NaN or infinite, and is null here for that. */
    insert: (runId: RunId, metrics: StepMetrics, nonFinite: boolean): void => {
      const { phaseMs, measurements: measured, ...row } = metrics;
      insert.run({ runId, ...row, nonFinite: flag(nonFinite || metrics.lossBefore === null) });
      phaseTimes.insert(runId, metrics.epoch, metrics.step, phaseMs);
      measurements.insert(runId, metrics.epoch, metrics.step, measured);
    },
    /** At most `limit` of a run's steps, evenly thinned, in order. */
    of: (runId: RunId, limit: number): StepMetrics[] => {
      const stride = Math.max(1, Math.ceil((count.get(runId) ?? 0) / limit));
      return notUnderstood.rows(
        select.all(runId, stride),
        ({ step }) => `Step ${String(step)} of run ${String(runId)}`,
        (row) =>
          stepMetricsSchema.parse({
            ...row,
            phaseMs: phaseMsOf(row.phaseMs),
            measurements: measurementsOf(row.measurements),
          }),
      );
    },
  };
};
