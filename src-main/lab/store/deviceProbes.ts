import { deviceProbeSchema } from '../../../shared/probe.ts';
import type { DeviceProbe } from '../../../shared/probe.ts';
import { flagOrNull, insertInto, selected, unflagged } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  settings: string;
  speeds: string;
  oneDnn: 0 | 1 | null;
}

const names = Object.keys(deviceProbeSchema.shape);

/** What self-tests measured; of each engine and precision only the newest is read, and only this machine's. */
export const deviceProbeTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('device_probe', names));
  const newest = database.prepare<[string, number], Row>(
    `SELECT ${selected(names)} FROM device_probe WHERE id IN (
      SELECT max(id) FROM device_probe WHERE cpu_model = ? AND cpu_cores = ? GROUP BY engine, precision
    ) ORDER BY engine, precision DESC`,
  );
  return {
    insert: (probe: DeviceProbe): void =>
      void insert.run({
        ...probe,
        settings: JSON.stringify(probe.settings),
        speeds: JSON.stringify(probe.speeds),
        oneDnn: flagOrNull(probe.oneDnn),
      }),
    /** The newest of each engine and precision on such a processor. */
    of: ({ cpuModel, cpuCores }: Pick<DeviceProbe, 'cpuModel' | 'cpuCores'>): DeviceProbe[] =>
      notUnderstood.rows(
        newest.all(cpuModel, cpuCores),
        () => 'A self-test',
        ({ settings, speeds, oneDnn, ...row }) =>
          deviceProbeSchema.parse({
            ...row,
            settings: JSON.parse(settings) as unknown,
            speeds: JSON.parse(speeds) as unknown,
            oneDnn: unflagged(oneDnn),
          }),
      ),
  };
};
