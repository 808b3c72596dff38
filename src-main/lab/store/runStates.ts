import type { Doubt } from '../../../shared/doubts.ts';
import { LabError } from '../../../shared/errors.ts';
import { resumableStates } from '../../../shared/run.ts';
import type { RunId, RunState, RunSummary } from '../../../shared/run.ts';
import { canonicalJson, groupConfigOf } from '../../../shared/runConfig.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import { groupHash } from './groupHash.ts';
import { flag } from './columns.ts';
import type { Database } from './database.ts';

export type EndState = Exclude<RunState, 'queued' | 'running'>;

const now = (): string => new Date().toISOString();

/** The life of runs: queued → running → ended. Every change names the state it leaves, so that none can happen twice. */
export const runStates = (database: Database) => {
  const insert = database.prepare(
    `INSERT INTO run (experiment_id, config, group_hash, seed, state, queue_position, created_at, wanted_place)
     VALUES (?, ?, ?, ?, 'queued', (SELECT coalesce(max(queue_position), 0) + 1 FROM run WHERE queue_position IS NOT NULL), ?, ?)`,
  );
  const start = database.prepare(
    "UPDATE run SET state = 'running', queue_position = NULL, started_at = coalesce(started_at, ?), place = ? WHERE id = ? AND state = 'queued'",
  );
  const end = database.prepare("UPDATE run SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'running'");
  const refuse = database.prepare(
    `UPDATE run SET state = 'failed', reason = ?, queue_position = NULL, ended_at = ? WHERE id = ? AND state = 'queued'`,
  );
  const cancel = database.prepare(
    `UPDATE run SET state = 'cancelled', queue_position = NULL, ended_at = ?,
       reason = iif(started_at IS NULL, 'Taken out of the queue before it started.', 'Taken out of the queue before it went on.')
     WHERE id = ? AND state = 'queued'`,
  );
  const markFailed = database.prepare(
    `UPDATE run SET state = 'failed', reason = 'Marked as failed by you.' || coalesce(' Before: ' || reason, '')
     WHERE id = ? AND deleted = 0 AND state IN ('interrupted', 'stopped')`,
  );
  const resume = database.prepare(
    `UPDATE run SET state = 'queued', reason = NULL, stop_requested = NULL, ended_at = NULL,
       queue_position = (SELECT coalesce(max(queue_position), 0) + 1 FROM run WHERE queue_position IS NOT NULL)
     WHERE id = ? AND deleted = 0 AND state IN (${resumableStates.map((state) => `'${state}'`).join(', ')})`,
  );
  const send = database.prepare("UPDATE run SET wanted_place = ? WHERE id = ? AND state = 'queued'");
  const uncancel = database.prepare(
    `UPDATE run SET state = 'queued', reason = NULL, ended_at = NULL,
       queue_position = (SELECT coalesce(max(queue_position), 0) + 1 FROM run WHERE queue_position IS NOT NULL)
     WHERE id = ? AND deleted = 0 AND state = 'cancelled'`,
  );
  const judge = database.prepare("UPDATE run SET doubt = ?, others_busy_cores = ? WHERE id = ? AND state = 'running'");
  const requestStop = database.prepare("UPDATE run SET stop_requested = ? WHERE id = ? AND state = 'running'");
  const remove = database.prepare('UPDATE run SET deleted = ? WHERE id = ? AND ended_at IS NOT NULL');
  const describe = database.prepare(
    "UPDATE run SET config = ?, group_hash = ? WHERE id = ? AND state = 'queued' AND seed = ?",
  );
  const place = database.prepare("UPDATE run SET queue_position = ? WHERE id = ? AND state = 'queued'");
  const waitingIds = database
    .prepare<[], RunId>('SELECT id FROM run WHERE queue_position IS NOT NULL ORDER BY queue_position')
    .pluck();
  const state = database.prepare<[RunId], RunState>('SELECT state FROM run WHERE id = ?').pluck();

  /** Throws unless the statement changed its one row. */
  const changed = (changes: number, id: RunId, expected: string): void => {
    if (changes === 1) return;
    const found = state.get(id);
    if (found === undefined) throw new LabError('RUN_NOT_FOUND', `There is no run ${String(id)} in this workspace.`);
    throw new LabError('RUN_STATE', `Run ${String(id)} is ${found}; this needs ${expected}.`);
  };

  return {
    /** @param place - where it is to train; null: on the lab's own machine. */
    insert: (experimentId: number, config: RunConfig, at: string, place: string | null = null): RunId => {
      const hash = groupHash(groupConfigOf(config));
      return Number(insert.run(experimentId, canonicalJson(config), hash, config.seed, at, place).lastInsertRowid);
    },
    /** Has a waiting run train somewhere else. @param place - null: on the lab's own machine. */
    send: (id: RunId, place: string | null): void => changed(send.run(place, id).changes, id, 'a waiting run'),
    /** Says of a waiting run what was open about it when it was queued, such as what its data set holds. */
    describe: (id: RunId, config: RunConfig): void => {
      const hash = groupHash(groupConfigOf(config));
      changed(describe.run(canonicalJson(config), hash, id, config.seed).changes, id, 'a waiting run');
    },
    /** @param at - where it begins; null: not at one of the lab's places. */
    start: (id: RunId, at: string | null = null): void =>
      changed(start.run(now(), at, id).changes, id, 'a waiting run'),
    end: (id: RunId, to: EndState, reason: string | null): void =>
      changed(end.run(to, reason, now(), id).changes, id, 'a running run'),
    /** Ends a waiting run that cannot start. */
    refuse: (id: RunId, reason: string): void => changed(refuse.run(reason, now(), id).changes, id, 'a waiting run'),
    /** Calls a run failed that was cut short: nobody means to go on with it. */
    markFailed: (id: RunId): void =>
      changed(markFailed.run(id).changes, id, 'a run that was interrupted or stopped, and is not in the trash'),
    /** Puts an unfinished run back into the queue, as its last. */
    resume: (id: RunId): void =>
      changed(resume.run(id).changes, id, `one of these, and not in the trash: ${resumableStates.join(', ')}`),
    cancel: (id: RunId): void => changed(cancel.run(now(), id).changes, id, 'a waiting run'),
    /** Puts a cancelled run back into the queue, as its last. */
    uncancel: (id: RunId): void => changed(uncancel.run(id).changes, id, 'a cancelled run that is not in the trash'),
    requestStop: (id: RunId, when: NonNullable<RunSummary['stopRequested']>): void =>
      changed(requestStop.run(when, id).changes, id, 'a running run'),
    /** What is to be thought of a running run. */
    judge: (id: RunId, doubt: Doubt | null, othersBusyCores: number | null): void =>
      changed(
        judge.run(doubt === null ? null : JSON.stringify(doubt), othersBusyCores, id).changes,
        id,
        'a running run',
      ),
    setDeleted: (id: RunId, deleted: boolean): void =>
      changed(remove.run(flag(deleted), id).changes, id, 'a run that has ended'),
    /** Puts waiting runs before another, or last; before one of themselves: where that one stands. */
    move: (ids: readonly RunId[], beforeId: RunId | null): void => {
      const moved = new Set(ids);
      const before = waitingIds.all();
      const at = beforeId === null ? before.length : before.indexOf(beforeId);
      if (at < 0 && beforeId !== null) changed(0, beforeId, 'a waiting run');
      const stay = (some: readonly RunId[]): RunId[] => some.filter((id) => !moved.has(id));
      const order = [...stay(before.slice(0, at)), ...moved, ...stay(before.slice(at))];
      order.forEach((id, position) => changed(place.run(position + 1, id).changes, id, 'a waiting run'));
    },
  };
};
