import type { z } from 'zod';
import type { Database } from './database.ts';

/** Undefined where it is no JSON. */
const parsed = (value: string): unknown => {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
};

/** Changes of what windows keep, of each database: of what is known of runs they change nothing. */
const ofWindows = new WeakMap<Database, number>();
export const windowChanges = (database: Database): number => ofWindows.get(database) ?? 0;

/** What the user has chosen for this workspace. */
export const settingTable = (database: Database) => {
  const select = database.prepare<[string], string>('SELECT value FROM setting WHERE name = ?').pluck();
  const selectLike = database.prepare<[string], { name: string; value: string }>(
    'SELECT name, value FROM setting WHERE name GLOB ? ORDER BY name',
  );
  const insert = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  return {
    /** @returns null where nothing was chosen, or what this version does not understand; then the caller's default holds. */
    of: <T>(name: string, schema: z.ZodType<T>): T | null => {
      const stored = select.get(name);
      return stored === undefined ? null : (schema.safeParse(parsed(stored)).data ?? null);
    },
    /** All whose names begin so, without that beginning; what is no JSON is left out. */
    under: (prefix: string): { name: string; value: unknown }[] =>
      selectLike
        .all(`${prefix}*`)
        .map(({ name, value }) => ({ name: name.slice(prefix.length), value: parsed(value) }))
        .filter(({ value }) => value !== undefined),
    set: (name: string, value: unknown): void => void insert.run(name, JSON.stringify(value)),
    /** The same of what a window keeps: nothing that was read is read again for that. */
    setOfWindow: (name: string, value: unknown): void => {
      const { changes } = insert.run(name, JSON.stringify(value));
      ofWindows.set(database, windowChanges(database) + changes);
    },
  };
};
