import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import { untilEnded, untilRun } from '../fixtures/labs.ts';
import { openWithSmall, smallExperiment } from './clusterLabs.ts';
import { startCluster, whyNoCluster } from './loopbackCluster.ts';
import type { LoopbackCluster } from './loopbackCluster.ts';
import { makeHost, whyNoHost } from './loopbackHost.ts';
import type { LoopbackHost } from './loopbackHost.ts';

const missing = (await whyNoCluster()) ?? (await whyNoHost());
/** Continuous integration has Slurm and ssh, and lets no test be skipped. */
const overSsh = test.skipIf(missing !== null);
let cluster: LoopbackCluster;
let host: LoopbackHost;
if (missing === null) {
  beforeAll(async () => {
    cluster = await startCluster();
    // Only the host's sessions know the cluster.
    host = await makeHost({ SLURM_CONF: cluster.confFile });
    await host.start();
  });
  afterAll(async () => {
    await host.stop();
    host.remove();
    await cluster.stop();
  });
  beforeEach(() => void vi.stubEnv('PATH', `${host.commands}:${process.env['PATH'] ?? ''}`));
  afterEach(() => void vi.unstubAllEnvs());
}
const patient = { timeout: 600_000, interval: 200 };

overSsh(
  'a cluster behind ssh with a folder that both sides see: found, tested, and followed when the connection is back',
  async () => {
    const { lab } = await openWithSmall();
    lab.setPlace('slurm', slurmSettingsSchema.parse({ host: 'nowhere.invalid' }));
    expect((await lab.places({}))[0]).toMatchObject({
      version: null,
      problem: expect.stringContaining('nowhere.invalid cannot be reached by ssh') as string,
    });
    lab.setPlace('slurm', slurmSettingsSchema.parse({ host: host.alias }));
    expect((await lab.places({}))[0]).toMatchObject({
      version: expect.stringContaining('slurm') as string,
      problem: null,
    });
    expect(await lab.testPlace({ id: 'slurm' })).toMatchObject({ works: true });

    const { runIds } = await lab.enqueue({ ...smallExperiment(300), place: 'slurm' });
    const [runId = 0] = runIds;
    await untilRun(lab, runId, ({ epochsDone }) => epochsDone >= 1);
    expect(() => lab.setPlace('slurm', slurmSettingsSchema.parse({}))).toThrow(
      '1 run has its job still on the cluster of loopback',
    );
    await host.stop();
    await vi.waitFor(async () => expect((await lab.queue({})).placeProblem).toContain('cannot be reached'), patient);
    await host.start();
    expect(await untilEnded(lab, runId)).toMatchObject({ state: 'finished', place: 'slurm', epochsDone: 300 });
    await lab.enqueue({ ...smallExperiment(1, { seeds: [7] }), place: 'slurm' });
    await vi.waitFor(async () => expect((await lab.queue({})).placeProblem).toBeUndefined(), patient);
  },
  600_000,
);
