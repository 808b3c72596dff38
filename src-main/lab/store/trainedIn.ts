import { isDeepStrictEqual } from 'node:util';
import { runEnvironmentSchema } from '../../../shared/device.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import type { TrainedIn } from '../../../shared/environments.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';
import { environmentTable } from './environments.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  epoch: number;
  step: number;
  environment: string;
}

/** The environments that runs trained in, one after the other. */
export const trainedInTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare('INSERT INTO trained_in (run_id, epoch, step, environment) VALUES (?, ?, ?, ?)');
  const voided = database.prepare('DELETE FROM trained_in WHERE run_id = ? AND step >= ?');
  const select = database.prepare<[RunId], Row>(
    'SELECT epoch, step, environment FROM trained_in WHERE run_id = ? ORDER BY step',
  );
  const last = environmentTable(database, notUnderstood);
  const recorded = (runId: RunId): TrainedIn[] =>
    notUnderstood.rows(
      select.all(runId),
      ({ step }) => `Where run ${String(runId)} trained from step ${String(step)} on`,
      ({ environment, ...from }): TrainedIn => ({
        ...from,
        environment: runEnvironmentSchema.parse(JSON.parse(environment)),
      }),
    );
  const of = (runId: RunId): TrainedIn[] => {
    const parts = recorded(runId);
    if (parts.length > 0) return parts;
    const environment = last.of(runId);
    return environment === null ? [] : [{ epoch: 0, step: 0, environment }];
  };
  const add = (runId: RunId, { epoch, step, environment }: TrainedIn): void =>
    void insert.run(runId, epoch, step, JSON.stringify(environment));
  return {
    /** Oldest first. */
    of,
    add,
    /**
     * The run goes on in this environment after so many epochs and steps; what it trained beyond them is void.
     * @returns where it trained before; null where nothing of that counts any more.
     */
    begin: database.transaction((runId: RunId, part: TrainedIn): RunEnvironment | null => {
      if (select.get(runId) === undefined) {
        for (const former of of(runId)) add(runId, former); // of a former version of the lab
      }
      voided.run(runId, part.step);
      const previous = recorded(runId).at(-1)?.environment ?? null;
      if (!isDeepStrictEqual(previous, part.environment)) add(runId, part);
      last.insert(runId, part.environment);
      return previous;
    }),
  };
};
