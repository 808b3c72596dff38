import { speedMeasurementSchema } from '../../../shared/speed.ts';
import type { SpeedMeasurement } from '../../../shared/speed.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  at: string;
  base: string;
  arms: string;
  environment: string;
}

const names = Object.keys(speedMeasurementSchema.shape);
/** Of one machine; older ones are kept, but no longer looked at. */
const mostRead = 200;

/** Measured with the workspace, not imported into it. */
const isOwn = 'NOT EXISTS (SELECT 1 FROM speed_origin WHERE speed_measurement_id = speed_measurement.id)';

const read = ({ base, arms, environment, ...row }: Row): SpeedMeasurement => {
  const parts = Object.entries({ base, arms, environment }).map(([name, text]) => [name, JSON.parse(text) as unknown]);
  return speedMeasurementSchema.parse({ ...row, ...Object.fromEntries(parts) });
};

/** Speeds that were measured together. */
export const speedMeasurementTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const understood = (rows: readonly Row[]): SpeedMeasurement[] =>
    notUnderstood.rows(rows, ({ at }) => `The speed that was measured at ${at}`, read);
  const insert = database.prepare(insertInto('speed_measurement', [...names, 'labVersion', 'cpuModel', 'cpuCores']));
  const newest = database.prepare<[string, number, number], Row>(
    `SELECT ${selected(names)} FROM speed_measurement WHERE cpu_model = ? AND cpu_cores = ? AND ${isOwn} ORDER BY id DESC LIMIT ?`,
  );
  const newestOfLab = database.prepare<[string, number], Row>(
    `SELECT ${selected(names)} FROM speed_measurement JOIN speed_origin ON speed_measurement_id = speed_measurement.id
       JOIN origin ON origin.id = origin_id
     WHERE lab = ? ORDER BY speed_measurement.id DESC LIMIT ?`,
  );
  const own = database.prepare<[number], Row>(
    `SELECT ${selected(names)} FROM speed_measurement WHERE ${isOwn} ORDER BY id DESC LIMIT ?`,
  );
  const same = database
    .prepare<[string, string], number>('SELECT id FROM speed_measurement WHERE at = ? AND arms = ?')
    .pluck();
  const insertOrigin = database.prepare('INSERT INTO speed_origin (speed_measurement_id, origin_id) VALUES (?, ?)');
  return {
    /** @param originId - of the lab that it was imported from. */
    insert: ({ base, arms, environment, ...measurement }: SpeedMeasurement, originId: number | null = null): void => {
      const { labVersion, cpuModel, cpuCores } = environment;
      const { lastInsertRowid } = insert.run({
        ...{ ...measurement, labVersion, cpuModel, cpuCores },
        ...{ base: JSON.stringify(base), arms: JSON.stringify(arms), environment: JSON.stringify(environment) },
      });
      if (originId !== null) insertOrigin.run(lastInsertRowid, originId);
    },
    has: ({ at, arms }: SpeedMeasurement): boolean => same.get(at, JSON.stringify(arms)) !== undefined,
    /** Those that were measured here, on such a processor, the newest first. */
    of: ({ cpuModel, cpuCores }: Pick<RunEnvironment, 'cpuModel' | 'cpuCores'>): SpeedMeasurement[] =>
      understood(newest.all(cpuModel, cpuCores, mostRead)),
    /** Those that were imported from a lab, the newest first. */
    ofLab: (lab: string): SpeedMeasurement[] => understood(newestOfLab.all(lab, mostRead)),
    /** All that were measured here, on any processor, the newest first. */
    own: (): SpeedMeasurement[] => understood(own.all(mostRead)),
  };
};
