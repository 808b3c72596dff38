import { z } from 'zod';

const columnId = z.string().regex(/^[\w.]{1,80}$/);

/** How a list of runs is looked at. It holds no run: what it finds changes with the history. */
export const runViewSchema = z.strictObject({
  /** As `shared/query` reads it. */
  query: z.string().max(2000),
  /** Ids of `runs/columns`, in the order in which they stand. */
  columns: z.array(columnId).max(100),
  /** Null: the newest first. */
  sort: z.strictObject({ column: columnId, isDescending: z.boolean() }).nullable(),
  /** Runs that differ only in their seed stand together under one row. */
  isGrouped: z.boolean(),
});
export type RunView = z.infer<typeof runViewSchema>;
export type RunSort = RunView['sort'];

/** A view under its name. */
export const namedRunViewSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  view: runViewSchema,
});
export type NamedRunView = z.infer<typeof namedRunViewSchema>;
