import { parentPort, workerData } from 'node:worker_threads';
import { backupProblem } from './backups.ts';
import { loadSqlite } from './database.ts';

/** A thread that looks through one backup, whose path it is given, and answers what is wrong with it. */
const look = async (): Promise<void> => {
  parentPort?.postMessage(backupProblem(await loadSqlite(), String(workerData)));
};
void look();
