import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { imageFolder, ramp, smallFolder } from '../../imageFolders.ts';
import { esam, sgd } from '../fixtures/configs.ts';
import { openTestLab, temporaryFolder, untilEnded, untilRun } from '../fixtures/labs.ts';
import { clusterOptions, judged, openWithSmall, smallExperiment } from './clusterLabs.ts';
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
    vi.stubEnv('XDG_STATE_HOME', temporaryFolder()); // what is confirmed is kept there
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

overSsh(
  'a cluster that shares no disk: lab, Node and data are brought there, and what jobs tell is fetched, to the last bit',
  async () => {
    vi.stubEnv('XDG_STATE_HOME', temporaryFolder());
    const { lab, folder } = await openWithSmall();
    const there = join(temporaryFolder(), 'scratch of mine');
    const distant = { host: host.alias, shared: false };
    lab.setPlace('slurm', slurmSettingsSchema.parse(distant));
    await expect(lab.testPlace({ id: 'slurm' })).rejects.toThrow('jobs need a folder of yours on loopback');
    const says = (text: string): string => {
      const node = join(temporaryFolder(), 'node');
      writeFileSync(node, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return node;
    };
    const unfit: [string, RegExp][] = [
      [says('echo v20.19.0'), /The Node that loopback has is 20.19.0; the lab needs 24/],
      [
        says(`echo "node: version 'GLIBC_2.28' not found (required by node)" >&2; exit 1`),
        /C library is older than 2.28/,
      ],
      ['/nowhere/node', /The lab cannot be started on loopback: .*nowhere/],
    ];
    for (const [node, problem] of unfit) {
      lab.setPlace('slurm', slurmSettingsSchema.parse({ ...distant, folder: there, node }));
      await expect(lab.testPlace({ id: 'slurm' })).rejects.toThrow(problem);
    }
    lab.setPlace('slurm', slurmSettingsSchema.parse({ ...distant, folder: there }));
    expect(await lab.testPlace({ id: 'slurm' })).toMatchObject({
      works: true,
      said: expect.stringContaining(`Node ${process.versions.node}`) as string,
    });

    // Where TensorFlow cannot be put: the lab says so, and takes up what needs none.
    mkdirSync(there, { recursive: true });
    writeFileSync(join(there, 'cache'), 'no folder');
    const { shared, ...rest } = smallExperiment(1);
    const tensorflow = { ...shared, device: { ...shared.device, engine: 'tensorflow' as const } };
    const { runIds: refused } = await lab.enqueue({ ...rest, shared: tensorflow, place: 'slurm' });
    await vi.waitFor(
      async () =>
        expect((await lab.queue({})).placeProblem).toMatch(
          /^TensorFlow cannot be had on loopback: TensorFlow could not be put into .*scratch of mine\/cache\/tensorflow: .* Runs on the WebAssembly engine need none\.$/,
        ),
      patient,
    );
    await lab.cancelRuns({ runIds: refused });
    rmSync(join(there, 'cache'));

    const wanted = smallExperiment(40, { arms: [sgd, esam] });
    const photographed = await photos(lab);
    const { runIds } = await lab.enqueue({ ...wanted, place: 'slurm' });
    const { runIds: ofPhotos } = await lab.enqueue({ ...photographed, place: 'slurm' });
    const [cut = 0, whole = 0] = runIds;
    await untilRun(lab, cut, ({ epochsDone }) => epochsDone >= 1);
    await host.stop();
    await lab.close(); // jobs go on without it
    await vi.waitFor(async () => expect(await cluster.ask('squeue', '-h')).toBe(''), patient);
    const { lab: later } = await openTestLab(folder, clusterOptions);
    await vi.waitFor(async () => expect((await later.queue({})).placeProblem).toContain('cannot be'), patient);
    await host.start();
    const here = [...(await later.enqueue(wanted)).runIds, ...(await later.enqueue(photographed)).runIds];
    for (const [index, runId] of [cut, whole, ...ofPhotos].entries()) {
      expect(await untilEnded(later, runId)).toMatchObject({ state: 'finished', place: 'slurm' });
      expect(await untilEnded(later, here[index] ?? 0)).toMatchObject({ state: 'finished', place: 'this-machine' });
      expect(await judged(later, runId)).toEqual(await judged(later, here[index] ?? 0));
    }
    expect((await later.run({ runId: cut })).checkpoints[0]).toMatchObject({ epoch: 40, epochStep: 0 });

    // What the lab says reaches jobs there, too.
    const { runIds: endless } = await later.enqueue({ ...smallExperiment(100_000), place: 'slurm' });
    const [running = 0] = endless;
    await untilRun(later, running, ({ epochsDone }) => epochsDone >= 1);
    await later.stopRun({ runId: running, when: 'after-epoch' });
    expect(await untilEnded(later, running)).toMatchObject({ state: 'stopped' });
    await vi.waitFor(
      () => expect(collectedIn(there).toSorted()).toEqual(collectedIn(join(folder, 'cluster')).toSorted()),
      patient,
    );
    const all = readdirSync(there).filter((name) => name.startsWith('submission-'));
    expect(collectedIn(there).toSorted()).toEqual(all.toSorted());
  },
  600_000,
);

/** Runs on images that lie in a folder of this machine, one of them elsewhere behind a link. */
const photos = async (lab: Lab) => {
  const elsewhere = await imageFolder({ 'a.png': await ramp(40, 30).png().toBuffer() });
  const root = await imageFolder({
    ...(await smallFolder()),
    'train/dog/Zoë’s 2.png': await ramp(30, 40).png().toBuffer(),
  });
  symlinkSync(join(elsewhere, 'a.png'), join(root, 'train/cat/linked.png'));
  lab.grantPaths([root]);
  await lab.importDataset({ kind: 'auto', paths: [root], name: 'photos', onDamaged: 'refuse' });
  const small = smallExperiment(2, { seeds: [3] });
  const { dataset, augmentation } = small.shared;
  return {
    ...small,
    shared: {
      ...small.shared,
      dataset: { ...dataset, id: 'photos' },
      augmentation: { ...augmentation, resolution: 16 },
    },
  };
};

/** The submissions that the lab needs nothing of. */
const collectedIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => existsSync(join(folder, name, 'collected')));
