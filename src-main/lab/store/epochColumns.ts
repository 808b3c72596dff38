import { createHash } from 'node:crypto';
import { isMeasurement } from '../../../shared/result.ts';
import type { CurveMetric } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import { columnOf } from './columns.ts';
import type { Database } from './database.ts';

/** What curves are drawn from: all epochs of a run, column by column, in their order; NaN where there is no value. */
export type EpochColumns = ReadonlyMap<string, Float64Array>;

/** A run's quantity at the end of an epoch; null where it was not finite or not measured. */
export interface CurvePoint {
  readonly epoch: number;
  readonly activeMs: number;
  /** With the evaluations until then. */
  readonly wallMs: number;
  readonly value: number | null;
}

/** Only a damaged file has anything but numbers here; it must not look like nothing. */
const numberOf = (stored: unknown): number => {
  if (typeof stored === 'number') return stored;
  return stored === null ? NaN : Infinity;
};

const columnOfMeasurement = (name: string): string => `measurement.${name}`;

/** Reads them as they lie in the file: the epoch's own values, and the means that were measured over its steps. */
export const epochColumnReader = (database: Database): ((id: RunId) => EpochColumns) => {
  const ofEpochs = database.prepare<[RunId], unknown[]>('SELECT * FROM epoch WHERE run_id = ? ORDER BY epoch').raw();
  const ofMeans = database
    .prepare<[RunId], [epoch: number, name: string, value: unknown]>(
      `SELECT measurement.epoch, name, value FROM epoch CROSS JOIN measurement
       WHERE epoch.run_id = ? AND measurement.run_id = epoch.run_id AND measurement.epoch = epoch.epoch AND step = 0 ORDER BY epoch.epoch`,
    )
    .raw();
  const names = ofEpochs.columns().map(({ name }) => name);
  return (id) => {
    const rows = ofEpochs.all(id);
    const columns = new Map<string, Float64Array>();
    for (const [index, name] of names.entries()) {
      if (name === 'run_id') continue;
      const values = new Float64Array(rows.length);
      for (let row = 0; row < rows.length; row++) values[row] = numberOf(rows[row]?.[index]);
      columns.set(name, values);
    }
    const epochs = columns.get('epoch');
    let row = 0;
    for (const [epoch, name, value] of ofMeans.all(id)) {
      while (epochs?.[row] !== epoch && row < rows.length) row++;
      const column = columns.get(columnOfMeasurement(name)) ?? new Float64Array(rows.length).fill(NaN);
      columns.set(columnOfMeasurement(name), column);
      column[row] = numberOf(value);
    }
    return columns;
  };
};

/** SHA-256 of the names and values of those in which anything is: a column of a later version changes no checksum. */
export const digestOfColumns = (columns: EpochColumns): string => {
  const digest = createHash('sha256');
  const used = [...columns.keys()].filter((name) => columns.get(name)?.some((value) => !Number.isNaN(value))).sort();
  digest.update(used.join());
  for (const name of used) digest.update(columns.get(name) ?? '');
  return digest.digest('hex');
};

/** One quantity, epoch by epoch. */
export const curveOf = (columns: EpochColumns, metric: CurveMetric): CurvePoint[] => {
  const column = (name: string): Float64Array => columns.get(name) ?? new Float64Array();
  const [epochs, activeMs, evaluationMs] = [column('epoch'), column('active_ms'), column('evaluation_ms')];
  const values = column(isMeasurement(metric) ? columnOfMeasurement(metric) : columnOf(metric));
  let evaluatedMs = 0;
  return Array.from(epochs, (epoch, index) => {
    const [active = NaN, value = NaN] = [activeMs[index], values[index]];
    evaluatedMs += evaluationMs[index] ?? NaN;
    return { epoch, activeMs: active, wallMs: active + evaluatedMs, value: Number.isNaN(value) ? null : value };
  });
};
