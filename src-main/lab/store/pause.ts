import { flag } from './columns.ts';
import type { Database } from './database.ts';

/** Whether the user has paused the queue; remembered over a restart. */
export const pauseTable = (database: Database) => {
  const select = database.prepare<[], number>('SELECT paused FROM queue').pluck();
  const update = database.prepare('UPDATE queue SET paused = ?');
  return {
    isPaused: (): boolean => select.get() === 1,
    set: (paused: boolean): void => void update.run(flag(paused)),
  };
};
