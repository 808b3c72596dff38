export { loadSqlite, sqliteCode } from '../../sqlite/load.ts';
export type { Database, OpenDatabase } from '../../sqlite/load.ts';
