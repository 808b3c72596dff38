import { z } from 'zod';
import { analysisRowSchema, type AnalysisRow, type AnalysisSettings } from '../../../shared/analyses/index.ts';
import { analysisSummarySchema, type AnalysisSummary } from '../../../shared/analyses/record.ts';
import type { BundledAnalysis } from '../../../shared/bundle.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

type Stored = Omit<AnalysisSummary, 'msLeft'>;
const names = ['id', 'runId', 'fileName', 'epoch', 'settings', 'state', 'reason', 'rowCount', 'createdAt', 'endedAt'];
const columns = `${selected(names)}, (SELECT count(*) FROM analysis_row WHERE analysis_id = analysis.id) AS "rowsDone"`;
const storedSchema = analysisSummarySchema.omit({ msLeft: true });

/** Analyses, and the rows that they gave. */
export const analysisTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(
    insertInto('analysis', ['runId', 'fileName', 'epoch', 'settings', 'rowCount', 'state', 'createdAt']),
  );
  const insertEnded = database.prepare(
    insertInto('analysis', [
      ...['runId', 'fileName', 'epoch', 'settings', 'rowCount', 'state', 'reason', 'createdAt', 'endedAt'],
    ]),
  );
  const same = database
    .prepare<[number, string, string], number>(
      'SELECT id FROM analysis WHERE run_id = ? AND created_at = ? AND settings = ?',
    )
    .pluck();
  const insertRow = database.prepare(insertInto('analysis_row', ['analysisId', 'place', 'content']));
  const one = database.prepare<[number], Record<string, unknown>>(`SELECT ${columns} FROM analysis WHERE id = ?`);
  const all = database.prepare<[], Record<string, unknown>>(
    `SELECT ${columns} FROM analysis WHERE EXISTS (SELECT 1 FROM run WHERE run.id = run_id AND deleted = 0) ORDER BY id`,
  );
  const ofRun = database.prepare<[number], Record<string, unknown>>(
    `SELECT ${columns} FROM analysis WHERE run_id = ? ORDER BY id`,
  );
  const contents = database
    .prepare<[number], string>('SELECT content FROM analysis_row WHERE analysis_id = ? ORDER BY place')
    .pluck();
  const setState = database.prepare(
    'UPDATE analysis SET state = @state, reason = @reason, ended_at = @endedAt WHERE id = @id',
  );
  const requeue = database.prepare("UPDATE analysis SET state = 'queued' WHERE state = 'running'");
  const read = (row: Record<string, unknown>): Stored =>
    storedSchema.parse({ ...row, settings: JSON.parse(z.string().parse(row['settings'])) as unknown });
  const nameOf = ({ id }: Record<string, unknown>): string => `Analysis ${String(id)}`;
  return {
    insert: (of: Pick<Stored, 'runId' | 'fileName' | 'epoch' | 'settings' | 'rowCount'>): number =>
      Number(
        insert.run({
          ...of,
          settings: JSON.stringify(of.settings satisfies AnalysisSettings),
          state: 'queued',
          createdAt: new Date().toISOString(),
        }).lastInsertRowid,
      ),
    /** Adds an analysis that ended in another lab, with its rows. @returns false where the run has it. */
    add: (runId: number, { rows, ...analysis }: BundledAnalysis): boolean => {
      const settings = JSON.stringify(analysis.settings);
      if (same.get(runId, analysis.createdAt, settings) !== undefined) return false;
      const id = Number(insertEnded.run({ ...analysis, runId, settings }).lastInsertRowid);
      rows.forEach((row, place) => void insertRow.run({ analysisId: id, place, content: JSON.stringify(row) }));
      return true;
    },
    row: (analysisId: number, place: number, row: AnalysisRow): void =>
      void insertRow.run({ analysisId, place, content: JSON.stringify(row) }),
    state: (id: number, state: Stored['state'], reason: string | null = null): void => {
      const hasEnded = state !== 'queued' && state !== 'running';
      setState.run({ id, state, reason, endedAt: hasEnded ? new Date().toISOString() : null });
    },
    /** Those that a former lab left running wait again. */
    requeue: (): void => void requeue.run(),
    /** Null also where it is not understood. */
    one: (id: number): Stored | null => {
      const found = one.get(id);
      return found === undefined ? null : notUnderstood.row(found, nameOf, read);
    },
    /** Of runs that are not in the trash, oldest first. */
    all: (): Stored[] => notUnderstood.rows(all.all(), nameOf, read),
    ofRun: (runId: number): Stored[] => notUnderstood.rows(ofRun.all(runId), nameOf, read),
    rows: (id: number): AnalysisRow[] =>
      notUnderstood.rows(
        contents.all(id),
        () => `A row of analysis ${String(id)}`,
        (content) => analysisRowSchema.parse(JSON.parse(content)),
      ),
  };
};
export type StoredAnalysis = Stored;
