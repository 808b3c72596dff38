import { selfTestResultSchema } from '../../../shared/selfTest.ts';
import type { SelfTestResult } from '../../../shared/selfTest.ts';
import { flagOrNull, insertInto, selected, unflagged } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  settings: string;
  speeds: string;
  oneDnn: 0 | 1 | null;
}

const names = Object.keys(selfTestResultSchema.shape);

/** What self-tests measured; of each engine and precision only the newest is read, and only this machine's. */
export const selfTestResultTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('self_test', names));
  const newest = database.prepare<[string, number], Row>(
    `SELECT ${selected(names)} FROM self_test WHERE id IN (
      SELECT max(id) FROM self_test WHERE cpu_model = ? AND cpu_cores = ? GROUP BY engine, precision
    ) ORDER BY engine, precision DESC`,
  );
  return {
    insert: (selfTest: SelfTestResult): void =>
      void insert.run({
        ...selfTest,
        settings: JSON.stringify(selfTest.settings),
        speeds: JSON.stringify(selfTest.speeds),
        oneDnn: flagOrNull(selfTest.oneDnn),
      }),
    /** The newest of each engine and precision on such a processor. */
    of: ({ cpuModel, cpuCores }: Pick<SelfTestResult, 'cpuModel' | 'cpuCores'>): SelfTestResult[] =>
      notUnderstood.rows(
        newest.all(cpuModel, cpuCores),
        () => 'A self-test',
        ({ settings, speeds, oneDnn, ...row }) =>
          selfTestResultSchema.parse({
            ...row,
            settings: JSON.parse(settings) as unknown,
            speeds: JSON.parse(speeds) as unknown,
            oneDnn: unflagged(oneDnn),
          }),
      ),
  };
};
