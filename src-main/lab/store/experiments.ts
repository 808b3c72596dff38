import { experimentSummarySchema } from '../../../shared/run.ts';
import type { ExperimentSummary } from '../../../shared/run.ts';
import { z } from 'zod';
import { experimentSchema } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { sqliteCode } from './database.ts';
import type { Database } from './database.ts';
import { experimentOriginColumn, originOf } from './origins.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  definition: string;
}

const factsSchema = experimentSummarySchema.omit({ experiment: true });

/** What the user asked for. */
export const experimentTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare('INSERT INTO experiment (name, definition, created_at) VALUES (?, ?, ?)');
  const arrive = database.prepare('INSERT INTO arriving (experiment_id) VALUES (?)');
  const arrived = database.prepare('DELETE FROM arriving WHERE experiment_id = ?');
  const arriving = database.prepare<[], number>('SELECT experiment_id FROM arriving').pluck();
  const hasBegun = database
    .prepare<[number], 0 | 1>(
      "SELECT EXISTS (SELECT 1 FROM run WHERE experiment_id = ? AND (state <> 'queued' OR started_at IS NOT NULL))",
    )
    .pluck();
  const removeRuns = database.prepare('DELETE FROM run WHERE experiment_id = ?');
  const remove = database.prepare('DELETE FROM experiment WHERE id = ?');
  const selectDefinition = database.prepare<[number], Row>('SELECT definition FROM experiment WHERE id = ?');
  const selectAll = database.prepare<[], Row & { id: number; origin: string | null }>(
    `SELECT id, definition, created_at AS "createdAt", ${experimentOriginColumn},
       (SELECT count(*) FROM run WHERE experiment_id = experiment.id AND deleted = 0) AS "runCount",
       (SELECT count(*) FROM run WHERE experiment_id = experiment.id AND deleted = 0 AND state = 'finished') AS "finishedCount"
     FROM experiment WHERE id NOT IN (SELECT experiment_id FROM arriving) ORDER BY id DESC`,
  );
  /** One of which other rows tell something, such as what its run has from the one that it extends, was whole: it stays. */
  const removeUntouched = (id: number): void => {
    try {
      database.transaction(() => {
        removeRuns.run(id);
        remove.run(id);
      })();
    } catch (error) {
      if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_FOREIGNKEY') throw error;
    }
  };
  /** Checking one again costs more than reading it. */
  const known = new Map<number, { readonly definition: string; readonly experiment: Experiment }>();
  const understood = (id: number, definition: string): Experiment => {
    const before = known.get(id);
    if (before?.definition === definition) return before.experiment;
    const experiment = experimentSchema.parse(JSON.parse(definition));
    known.set(id, { definition, experiment });
    return experiment;
  };
  return {
    insert: (experiment: Experiment, at: string): number =>
      Number(insert.run(experiment.name, JSON.stringify(experiment), at).lastInsertRowid),
    /** Hides an experiment until all of its runs are there. */
    arrive: (id: number): void => void arrive.run(id),
    arrived: (id: number): void => void arrived.run(id),
    /** Removes experiments of which not all runs came. None of their runs begins before: where one has, the mark is wrong, and it alone goes. */
    removeArriving: (): void => {
      for (const id of arriving.all()) {
        arrived.run(id);
        if (hasBegun.get(id) === 0) removeUntouched(id);
      }
    },
    definition: (id: number): Experiment | null => {
      const row = selectDefinition.get(id);
      const name = `Experiment ${String(id)}`;
      const read = ({ definition }: Row): Experiment => understood(id, definition);
      return row === undefined ? null : notUnderstood.row(row, () => name, read);
    },
    all: (): ExperimentSummary[] =>
      notUnderstood.rows(
        selectAll.all(),
        ({ id }) => `Experiment ${String(id)}`,
        ({ definition, origin, ...row }) => ({
          ...factsSchema.parse({ ...row, origin: originOf(z.unknown(), origin) }),
          experiment: understood(row.id, definition),
        }),
      ),
  };
};
