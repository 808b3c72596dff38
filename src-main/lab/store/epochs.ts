import { epochMetricsSchema } from '../../../shared/metrics.ts';
import type { EpochMetrics } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import { flag, insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { measurementColumn, measurementsOf, measurementTable } from './measurements.ts';
import type { CurvePoint } from './epochColumns.ts';
import { phaseColumn, phaseMsOf, phaseTimeTable } from './phaseTimes.ts';
import { NotUnderstood } from './understood.ts';

const { phaseMs: _phaseMs, measurements: _measurements, ...plain } = epochMetricsSchema.shape;
const names = Object.keys(plain);

type Row = Record<string, unknown> & { phaseMs: string; measurements: string };

/** Finished epochs. */
export const epochTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const phaseTimes = phaseTimeTable(database);
  const measurements = measurementTable(database);
  const insert = database.prepare(insertInto('epoch', ['runId', ...names, 'nonFinite']));
  const select = database.prepare<[RunId], Row>(
    `SELECT ${selected(names)}, ${phaseColumn('epoch', '0')}, ${measurementColumn('epoch', '0')} FROM epoch WHERE run_id = ? ORDER BY epoch.epoch`,
  );
  const around = database.prepare<[RunId, RunId, number], Omit<CurvePoint, 'wallMs'>>(
    `SELECT epoch, active_ms AS "activeMs", test_accuracy AS value FROM epoch
     WHERE run_id = ? AND epoch <= (SELECT min(epoch) FROM epoch WHERE run_id = ? AND active_ms >= ?) ORDER BY epoch DESC LIMIT 2`,
  );
  const remove = database.prepare('DELETE FROM epoch WHERE run_id = ? AND epoch = ?');
  return {
    /** Makes room for the same epoch, trained again. */
    remove: (runId: RunId, metrics: Pick<EpochMetrics, 'epoch'>): void => {
      phaseTimes.remove(runId, metrics.epoch, 0);
      measurements.remove(runId, metrics.epoch, 0);
      remove.run(runId, metrics.epoch);
    },
    /** @param nonFinite - a measured value was NaN or infinite, and is null here for that. */
    insert: (runId: RunId, metrics: EpochMetrics, nonFinite: boolean): void => {
      const { phaseMs, measurements: measured, ...row } = metrics;
      const lossLost = metrics.trainLoss === null || metrics.testLoss === null;
      insert.run({ runId, ...row, nonFinite: flag(nonFinite || lossLost) });
      phaseTimes.insert(runId, metrics.epoch, 0, phaseMs);
      measurements.insert(runId, metrics.epoch, 0, measured);
    },
    /** The test accuracy of the first epoch that ended at or after so much training, and of the one before it. */
    testAccuracyAround: (runId: RunId, activeMs: number): Omit<CurvePoint, 'wallMs'>[] =>
      around.all(runId, runId, activeMs),
    of: (runId: RunId): EpochMetrics[] =>
      notUnderstood.rows(
        select.all(runId),
        ({ epoch }) => `Epoch ${String(epoch)} of run ${String(runId)}`,
        (row) =>
          epochMetricsSchema.parse({
            ...row,
            phaseMs: phaseMsOf(row.phaseMs),
            measurements: measurementsOf(row.measurements),
          }),
      ),
  };
};
