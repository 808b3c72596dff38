import { logLineSchema } from '../../../shared/run.ts';
import type { LogLine, LogPage, LogWish, RunId } from '../../../shared/run.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

const names = Object.keys(logLineSchema.shape);

/** What one page holds, and how much is looked through for it: a log may be larger than memory, and the lab has one thread. */
const mostLines = 500;
const mostCharacters = 2_000_000;
const mostScanned = 20_000;
const mostScannedCharacters = 20_000_000;
/** A line is cut there; the database has the whole of it. */
const mostOfLine = 20_000;

type Row = LogLine & { readonly id: number };

const matcher = (search: string): ((line: LogLine) => boolean) => {
  const wanted = search.trim().toLowerCase();
  return ({ level, text }) => wanted === '' || `${level} ${text}`.toLowerCase().includes(wanted);
};

/** What runs and the lab said about them. */
export const logTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('log_line', ['runId', ...names]));
  const columns = `id, at, level, substr(text, 1, ${String(mostOfLine)}) AS text`;
  const earlier = database.prepare<[RunId, number], Row>(
    `SELECT ${columns} FROM log_line WHERE run_id = ? AND id < ? ORDER BY id DESC`,
  );
  const later = database.prepare<[RunId, number], Row>(
    `SELECT ${columns} FROM log_line WHERE run_id = ? AND id > ? ORDER BY id`,
  );
  const last = database.prepare<[RunId, number], LogLine>(
    `SELECT ${selected(names)} FROM (SELECT * FROM log_line WHERE run_id = ? ORDER BY id DESC LIMIT ?) ORDER BY id`,
  );
  const nameOf = (runId: RunId) => (): string => `A line of the log of run ${String(runId)}`;

  /** Lines from one place on, oldest first; `next` is where the following page begins, null at the log's end. */
  const page = (runId: RunId, { toward, from, search }: LogWish): LogPage => {
    const isEarlier = toward === 'earlier';
    const rows = isEarlier ? earlier.iterate(runId, from ?? Number.MAX_SAFE_INTEGER) : later.iterate(runId, from ?? 0);
    const isWanted = matcher(search);
    const found: LogLine[] = [];
    let [characters, scanned, scannedCharacters] = [0, 0, 0];
    let next: number | null = null;
    for (const { id, ...row } of rows) {
      const line = notUnderstood.row(row, nameOf(runId), (each) => logLineSchema.parse(each));
      scanned++;
      scannedCharacters += row.text.length;
      if (line !== null && isWanted(line)) {
        found.push(line);
        characters += line.text.length;
      }
      const isFull = found.length >= mostLines || characters >= mostCharacters;
      if (!isFull && scanned < mostScanned && scannedCharacters < mostScannedCharacters) continue;
      next = id;
      break;
    }
    return { lines: isEarlier ? found.reverse() : found, next };
  };

  return {
    insert: (runId: RunId, line: LogLine): void => void insert.run({ runId, ...line }),
    page,
    /** The last lines, whole. */
    last: (runId: RunId, count: number): LogLine[] =>
      notUnderstood.rows(last.all(runId, count), nameOf(runId), (row) => logLineSchema.parse(row)),
  };
};
