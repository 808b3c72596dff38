import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { selfTestJob } from '../../../shared/jobs/selfTest.ts';
import type { DeviceConfig } from '../../../shared/runConfig.ts';
import { JobProcess } from '../../../src-main/lab/jobs/jobProcess.ts';
import { nodeTrainers } from '../../../src-main/lab/trainers.ts';
import { shared } from '../fixtures/configs.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

afterEach(() => vi.unstubAllEnvs());

/** The threads that the engine of a job's process is told to compute in. */
const threadsTold = async (device: DeviceConfig): Promise<unknown> => {
  const folder = temporaryFolder();
  const [entry, told] = [join(folder, 'entry.cjs'), join(folder, 'told.json')];
  writeFileSync(
    entry,
    `const { TF_NUM_INTRAOP_THREADS, OMP_NUM_THREADS } = process.env;
    require('node:fs').writeFileSync(${JSON.stringify(told)}, JSON.stringify([TF_NUM_INTRAOP_THREADS, OMP_NUM_THREADS]));`,
  );
  const job = new JobProcess(
    selfTestJob,
    { device, precision: 'float32', bindingPath: null, steps: 1 },
    {
      ...{ launcher: nodeTrainers(entry), limits: { silenceMs: 60_000, stopMs: 60_000 }, device },
      onEvent: () => undefined,
      onBreak: () => undefined,
    },
  );
  await job.closed;
  return JSON.parse(readFileSync(told, 'utf8'));
};

// A quota of processor time, as in a container, is known to Node and to nobody who counts the machine's cores.
test.each<[string, string | undefined, number, number]>([
  ['all threads are as many as the process may use', undefined, 0, availableParallelism()],
  ['all threads are as many as the environment says', '3', 0, 3],
  ['so many threads are so many, whatever the environment says', '3', 5, 5],
])('%s', async (_what, said, threads, expected) => {
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', said);
  const told = String(expected);
  expect(await threadsTold({ ...shared.device, threads })).toEqual([told, told]);
});
