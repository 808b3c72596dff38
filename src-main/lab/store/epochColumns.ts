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

/** Those of a measurement's means are named so. */
const measured = 'measurement.';

/**
 * Reads them as they lie in the file: the epoch's own values, and the means that were measured over its steps.
 * @param names - of the columns that are wanted; null: all.
 */
type ReadColumns = (id: RunId, names: readonly string[] | null) => EpochColumns;

export const epochColumnReader = (database: Database): ReadColumns => {
  const all = database
    .prepare<[], string>("SELECT name FROM pragma_table_info('epoch') WHERE name <> 'run_id'")
    .pluck()
    .all();
  const prepare = (names: string) =>
    database.prepare<[RunId], unknown[]>(`SELECT ${names} FROM epoch WHERE run_id = ? ORDER BY epoch`).raw();
  const statements = new Map<string, ReturnType<typeof prepare>>();
  const rowsOf = (id: RunId, names: string): unknown[][] => {
    const statement = statements.get(names) ?? prepare(names);
    statements.set(names, statement);
    return statement.all(id);
  };
  const means = database
    .prepare<{ id: RunId; names: string | null }, [epoch: number, name: string, value: unknown]>(
      `SELECT measurement.epoch, name, value FROM epoch CROSS JOIN measurement
       WHERE epoch.run_id = @id AND measurement.run_id = epoch.run_id AND measurement.epoch = epoch.epoch AND step = 0
         AND (@names IS NULL OR name IN (SELECT value FROM json_each(@names))) ORDER BY epoch.epoch`,
    )
    .raw();
  const meansOf = (id: RunId, names: readonly string[] | null): [epoch: number, name: string, value: unknown][] => {
    const wanted = names?.filter((name) => name.startsWith(measured)).map((name) => name.slice(measured.length));
    return wanted?.length === 0 ? [] : means.all({ id, names: wanted === undefined ? null : JSON.stringify(wanted) });
  };
  return (id, names) => {
    const own = all.filter((name) => name === 'epoch' || names === null || names.includes(name));
    const rows = rowsOf(id, own.join(', '));
    const columns = new Map<string, Float64Array>();
    for (const [index, name] of own.entries()) {
      const values = new Float64Array(rows.length);
      for (let row = 0; row < rows.length; row++) values[row] = numberOf(rows[row]?.[index]);
      columns.set(name, values);
    }
    const epochs = columns.get('epoch');
    let row = 0;
    for (const [epoch, name, value] of meansOf(id, names)) {
      while (epochs?.[row] !== epoch && row < rows.length) row++;
      const column = columns.get(measured + name) ?? new Float64Array(rows.length).fill(NaN);
      columns.set(measured + name, column);
      column[row] = numberOf(value);
    }
    return columns;
  };
};

/** Of the columns in which anything is, by their names: a column of a later version changes no other's. */
export type ColumnDigests = Readonly<Record<string, string>>;

export const digestsOf = (columns: EpochColumns): ColumnDigests =>
  Object.fromEntries(
    [...columns].flatMap(([name, values]) => {
      const isUsed = values.some((value) => !Number.isNaN(value));
      return isUsed ? [[name, createHash('sha256').update(values).digest('hex').slice(0, 32)]] : [];
    }),
  );

/** Reads them as they were written; what is damaged is of no column. */
export const digestsIn = (json: string): ColumnDigests => {
  try {
    return Object(JSON.parse(json)) as ColumnDigests;
  } catch {
    return {};
  }
};

/** Whether columns are those that digests were made of. @param names - of those that were read; null: all. */
export const areOf = (columns: EpochColumns, expected: ColumnDigests, names: readonly string[] | null): boolean => {
  const found = digestsOf(columns);
  return (names ?? Object.keys({ ...found, ...expected })).every((name) => found[name] === expected[name]);
};

/** What the curve of a quantity is drawn from. */
export const columnsOfCurve = (metric: CurveMetric): readonly string[] => [
  ...['epoch', 'active_ms', 'evaluation_ms'],
  isMeasurement(metric) ? measured + metric : columnOf(metric),
];

/** One quantity, epoch by epoch. */
export const curveOf = (columns: EpochColumns, metric: CurveMetric): CurvePoint[] => {
  const column = (name: string): Float64Array => columns.get(name) ?? new Float64Array();
  const [epochs, activeMs, evaluationMs] = [column('epoch'), column('active_ms'), column('evaluation_ms')];
  const values = column(isMeasurement(metric) ? measured + metric : columnOf(metric));
  let evaluatedMs = 0;
  return Array.from(epochs, (epoch, index) => {
    const [active = NaN, value = NaN] = [activeMs[index], values[index]];
    evaluatedMs += evaluationMs[index] ?? NaN;
    return { epoch, activeMs: active, wallMs: active + evaluatedMs, value: Number.isNaN(value) ? null : value };
  });
};
