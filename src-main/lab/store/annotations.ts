import { LabError } from '../../../shared/errors.ts';
import {
  changedAnnotation,
  isAnnotated,
  noAnnotation,
  runAnnotationSchema,
  type Annotation,
  type AnnotationChange,
  type RunAnnotation,
} from '../../../shared/annotation.ts';
import type { RunId } from '../../../shared/run.ts';
import { flag, insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood, sentenceOf } from './understood.ts';

interface Row {
  readonly runId: RunId;
  readonly tags: string;
  readonly note: string;
  readonly starred: 0 | 1;
  readonly archived: 0 | 1;
}
const names = ['runId', 'tags', 'note', 'starred', 'archived'];

const read = ({ runId, tags, note, starred, archived }: Row): RunAnnotation =>
  runAnnotationSchema.parse({
    ...{ runId, note, starred: starred === 1, archived: archived === 1 },
    tags: JSON.parse(tags) as unknown,
  });

/** What the user says of runs. */
export const annotationTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const all = database.prepare<[], Row>(
    `SELECT ${selected(names)} FROM annotation WHERE EXISTS (SELECT 1 FROM run WHERE run.id = run_id AND deleted = 0) ORDER BY run_id`,
  );
  const one = database.prepare<[RunId], Row>(`SELECT ${selected(names)} FROM annotation WHERE run_id = ?`);
  const isRun = database.prepare<[RunId], 0 | 1>('SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)').pluck();
  const put = database.prepare(insertInto('annotation', names, true));
  const remove = database.prepare('DELETE FROM annotation WHERE run_id = ?');
  const nameOf = ({ runId }: Pick<Row, 'runId'>): string => `What is noted of run ${String(runId)}`;
  return {
    /** Of one run; null where nothing is said of it, or nothing that is understood. */
    of: (runId: RunId): Annotation | null => {
      const row = one.get(runId);
      const found = row === undefined ? null : notUnderstood.row(row, nameOf, read);
      if (found === null) return null;
      const { runId: _, ...annotation } = found;
      return annotation;
    },
    insert: (runId: RunId, { tags, note, starred, archived }: Annotation): void => {
      put.run({ runId, tags: JSON.stringify(tags), note, starred: flag(starred), archived: flag(archived) });
    },
    /** Of runs that are not in the trash, as far as anything is said of them. */
    all: (): RunAnnotation[] => notUnderstood.rows(all.all(), nameOf, read),
    /** @throws LabError RUN_NOT_FOUND, or RUN_NOT_UNDERSTOOD where something is noted that would be written over unread. */
    change: (runId: RunId, change: AnnotationChange): void => {
      if (isRun.get(runId) !== 1) {
        throw new LabError('RUN_NOT_FOUND', `There is no run ${String(runId)} in this workspace.`);
      }
      const row = one.get(runId);
      const before = row === undefined ? noAnnotation : notUnderstood.row(row, nameOf, read);
      if (before === null) {
        const name = nameOf({ runId });
        throw new LabError('RUN_NOT_UNDERSTOOD', sentenceOf(name, notUnderstood.reasonOf(name) ?? 'it'));
      }
      const after = changedAnnotation(before, change);
      const { tags, note, starred, archived } = after;
      if (!isAnnotated(after)) remove.run(runId);
      else put.run({ runId, tags: JSON.stringify(tags), note, starred: flag(starred), archived: flag(archived) });
    },
  };
};
