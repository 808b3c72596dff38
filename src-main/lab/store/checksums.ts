import { createHash } from 'node:crypto';
import type { RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';
import { areOf, digestsIn, digestsOf, epochColumnReader } from './epochColumns.ts';
import type { EpochColumns } from './epochColumns.ts';
import { measurementColumn } from './measurements.ts';
import { phaseColumn } from './phaseTimes.ts';

type Row = Record<string, unknown> & { epoch: number };

/** Stands for a run's summary. */
const summaryEpoch = 0;

/**
 * Of a row's canonical JSON, for rows that all have these columns; written by hand: thousands are looked at for one table. NULLs are left out,
 * so that a column of a later version changes no checksum; and so is the run, so that a copy of it has its checksums.
 */
const digester = (columns: readonly string[]): ((row: Row) => string) => {
  const fields = columns
    .filter((name) => name !== 'run_id')
    .sort()
    .map((name) => ({ name, start: `${JSON.stringify(name)}:` }));
  return (row) => {
    const values = fields.filter(({ name }) => row[name] !== null);
    const json = values.map(({ name, start }) => start + JSON.stringify(row[name])).join(',');
    return createHash('sha256').update(`{${json}}`).digest('hex');
  };
};
/** The same for a table's rows one by one. */
const ownDigester = (): ((row: Row) => string) => {
  let digest: ((row: Row) => string) | null = null;
  return (row) => (digest ??= digester(Object.keys(row)))(row);
};

/** Values with their order in a table left out: SQLite builds the JSON of phases and measurements in the order of their keys. */
const epochs = `SELECT epoch.*, ${phaseColumn('epoch', '0')}, ${measurementColumn('epoch', '0')} FROM epoch WHERE run_id = ?`;

/** A column with the checksum of a run's summary; NULL where it has none. @param id - an SQL expression. */
export const sealColumn = (id: string): string =>
  `(SELECT sha256 FROM checksum WHERE checksum.run_id = ${id} AND checksum.epoch = ${summaryEpoch}) AS "seal"`;

/** What was measured in runs, against the checksums that were written with it. */
export const checksumTable = (database: Database) => {
  const insert = database.prepare('INSERT OR REPLACE INTO checksum (run_id, epoch, sha256) VALUES (?, ?, ?)');
  const known = database.prepare<[RunId], { epoch: number; sha256: string }>(
    'SELECT epoch, sha256 FROM checksum WHERE run_id = ?',
  );
  const ofRun = database.prepare<[RunId], Row>(epochs);
  const ofEpoch = database.prepare<[RunId, number], Row>(`${epochs} AND epoch.epoch = ?`);
  const summary = database.prepare<[RunId], Row>('SELECT * FROM run_summary WHERE run_id = ?');
  const knownOfEpoch = database
    .prepare<[RunId, number], string>('SELECT sha256 FROM checksum WHERE run_id = ? AND epoch = ?')
    .pluck();
  const columnsOf = epochColumnReader(database);
  const seals = database.prepare<[RunId], { summary: string; columns: string | null }>(
    `SELECT sha256 AS "summary", columns_sha256 AS "columns" FROM checksum WHERE run_id = ? AND epoch = ${summaryEpoch}`,
  );
  const sealTogether = database.prepare(
    `UPDATE checksum SET columns_sha256 = ? WHERE run_id = ? AND epoch = ${summaryEpoch}`,
  );
  const [digestOfEpoch, digestOfSummary] = [ownDigester(), ownDigester()];
  const lookAtEpochs = (id: RunId): number[] => {
    const expected = new Map(known.all(id).map(({ epoch, sha256 }) => [epoch, sha256]));
    const found = new Map(ofRun.all(id).map((row) => [row.epoch, digestOfEpoch(row)]));
    const all = [...expected.keys()].filter((epoch) => epoch !== summaryEpoch);
    return all.filter((epoch) => found.get(epoch) !== expected.get(epoch)).sort((a, b) => a - b);
  };
  const lookAtSummary = (id: RunId, expected: string): boolean => {
    const row = summary.get(id);
    return row === undefined || digestOfSummary(row) !== expected;
  };
  const epochsFound = new Once<number[]>();
  const summariesFound = new Once<boolean>();
  const unsealed = new Set<RunId>();
  return {
    /** To be called in the transaction that has written the epoch. */
    sealEpoch: (id: RunId, epoch: number): void => {
      const row = ofEpoch.get(id, epoch);
      if (row !== undefined) insert.run(id, epoch, digestOfEpoch(row));
    },
    /** The same for a run's summary. One that was computed from damaged epochs is none. */
    sealSummary: (id: RunId): void => {
      const row = summary.get(id);
      if (row === undefined) return;
      // Epochs that were whole when the last summary was sealed still are: only one was written since, and sealed just now.
      const wasWhole = epochsFound.of(id, knownOfEpoch.get(id, summaryEpoch), () => lookAtEpochs(id)).length === 0;
      const damaged = wasWhole ? [] : lookAtEpochs(id);
      const sha256 = damaged.length === 0 ? digestOfSummary(row) : 'of damaged epochs';
      insert.run(id, summaryEpoch, sha256);
      if (damaged.length === 0) epochsFound.keep(id, sha256, damaged);
    },
    /** Seals the columns of a run that has ended, where each epoch is what was stored; curves then look at no single one. */
    sealTogether: (id: RunId): void => {
      if (lookAtEpochs(id).length === 0) sealTogether.run(JSON.stringify(digestsOf(columnsOf(id, null))), id);
    },
    /** Whole runs whose columns were read without such a seal, since this was asked last. */
    takeUnsealed: (): RunId[] => {
      const ids = [...unsealed];
      unsealed.clear();
      return ids;
    },
    /** These columns of a run, or (null) all that curves draw; null where they are not what was stored, or cannot be told from what is not. */
    columns: (id: RunId, names: readonly string[] | null): EpochColumns | null => {
      const columns = columnsOf(id, names);
      const sealed = seals.get(id);
      const seal = sealed?.columns ?? null;
      if (seal !== null && areOf(columns, digestsIn(seal), names)) return columns;
      // It tells that something has changed since they were looked at, but not where.
      if (sealed !== undefined && seal !== null) epochsFound.keep(id, sealed.summary, lookAtEpochs(id));
      if (epochsFound.of(id, sealed?.summary, () => lookAtEpochs(id)).length > 0) return null;
      if (sealed !== undefined) unsealed.add(id);
      return columns;
    },
    /** Whether one epoch is not what was stored. */
    isEpochDamaged: (id: RunId, epoch: number): boolean => {
      const row = ofEpoch.get(id, epoch);
      const expected = knownOfEpoch.get(id, epoch);
      return expected !== undefined && (row === undefined || digestOfEpoch(row) !== expected);
    },
    /** Epochs that are not what was stored, or are gone. */
    damagedEpochs: (id: RunId): number[] =>
      epochsFound.of(id, knownOfEpoch.get(id, summaryEpoch), () => lookAtEpochs(id)),
    /** Whether the summary of a run is not what was stored. @param expected - its checksum, if that was read already; null: it has none. */
    isSummaryDamaged: (id: RunId, expected = knownOfEpoch.get(id, summaryEpoch) ?? null): boolean =>
      expected !== null && summariesFound.of(id, expected, () => lookAtSummary(id, expected)),
  };
};

/** What was found of each run, looked at once as long as its summary's checksum, which every epoch's end renews, is the same. */
class Once<Found> {
  readonly #found = new Map<RunId, { readonly summarySha256: string; readonly what: Found }>();

  of(id: RunId, summarySha256: string | undefined, look: () => Found): Found {
    const known = this.#found.get(id);
    if (known !== undefined && known.summarySha256 === summarySha256) return known.what;
    const what = look();
    if (summarySha256 !== undefined) this.keep(id, summarySha256, what);
    return what;
  }

  keep(id: RunId, summarySha256: string, what: Found): void {
    this.#found.set(id, { summarySha256, what });
  }
}
