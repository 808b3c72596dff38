import { speedMeasurementSchema } from '../../../shared/speed.ts';
import type { SpeedMeasurement } from '../../../shared/speed.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';

interface Row {
  base: string;
  arms: string;
  environment: string;
}

const names = Object.keys(speedMeasurementSchema.shape);
/** Of one machine; older ones are kept, but no longer looked at. */
const mostRead = 200;

/** Speeds that were measured together. */
export const speedMeasurementTable = (database: Database) => {
  const insert = database.prepare(insertInto('speed_measurement', [...names, 'labVersion', 'cpuModel', 'cpuCores']));
  const newest = database.prepare<[string, number, number], Row>(
    `SELECT ${selected(names)} FROM speed_measurement WHERE cpu_model = ? AND cpu_cores = ? ORDER BY id DESC LIMIT ?`,
  );
  return {
    insert: ({ base, arms, environment, ...measurement }: SpeedMeasurement): void => {
      const { labVersion, cpuModel, cpuCores } = environment;
      insert.run({
        ...{ ...measurement, labVersion, cpuModel, cpuCores },
        ...{ base: JSON.stringify(base), arms: JSON.stringify(arms), environment: JSON.stringify(environment) },
      });
    },
    /** Those of such a processor, the newest first; ones with settings that this lab does not know are left out. */
    of: ({ cpuModel, cpuCores }: Pick<RunEnvironment, 'cpuModel' | 'cpuCores'>): SpeedMeasurement[] =>
      newest.all(cpuModel, cpuCores, mostRead).flatMap(({ base, arms, environment, ...row }) => {
        const texts = { base, arms, environment };
        const parts = Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as unknown]);
        return speedMeasurementSchema.safeParse({ ...row, ...Object.fromEntries(parts) }).data ?? [];
      }),
  };
};
