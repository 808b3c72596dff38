import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { startCluster, whyNoCluster } from '../lab/cluster/loopbackCluster.ts';
import type { LoopbackCluster } from '../lab/cluster/loopbackCluster.ts';
import { experimentOf, shared } from '../lab/fixtures/configs.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';
import { serveLab } from './labs.ts';
import { eventually, picture, startPages, type Pages } from './page.ts';

const missing = await whyNoCluster();
/** Continuous integration has Slurm, and lets no test be skipped. */
const onCluster = test.skipIf(missing !== null);
const before = process.env['SLURM_CONF'];
afterEach(() => void vi.unstubAllEnvs());
let pages: Pages;
let cluster: LoopbackCluster;
if (missing === null) {
  beforeAll(async () => {
    [pages, cluster] = await Promise.all([startPages(), startCluster()]);
    process.env['SLURM_CONF'] = cluster.confFile;
  });
  afterAll(async () => {
    await pages.close();
    await cluster.stop();
    if (before === undefined) delete process.env['SLURM_CONF'];
    else process.env['SLURM_CONF'] = before;
  });
}

onCluster(
  'a cluster is chosen and tested in the form; queue, Live and the run’s page say what its job does',
  async () => {
    vi.stubEnv('XDG_STATE_HOME', temporaryFolder()); // what is confirmed is kept there
    const served = await serveLab('full', { clusterTimes: { readEveryMs: 500, askEveryMs: 1000 } });
    const { lab } = served;
    lab.setPlace('slurm', slurmSettingsSchema.parse({ setup: ['true'] }));
    const { page, complaints, close } = await pages.openAt(served.address(), '/settings');
    const set = page.getByRole('region', { name: 'Places to train at' });
    await set.getByText(/slurm-wlm .* answers/).waitFor();
    // What a shell runs is the user's own command's to write: no page of a browser may.
    expect(await set.getByLabel('Modules').isDisabled()).toBe(true);
    await set.getByLabel('Time limit').fill('soon');
    await set.getByText(/^Expected minutes, or a time such as/).waitFor();
    expect(await set.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await set.getByLabel('Time limit').fill('10');
    await set.getByLabel('Cores').fill('1');
    await set.getByRole('button', { name: 'Save' }).click();
    await set.getByRole('button', { name: 'Test', exact: true }).click();
    await set
      .getByRole('status')
      .getByText(/Cores: \d+ seen, 1 given by Slurm/)
      .waitFor({ timeout: 120_000 });
    expect((await lab.places({}))[0]?.settings).toMatchObject({ cores: 1, timeLimit: '10', setup: ['true'] });
    await set.scrollIntoViewIfNeeded();
    await picture(page, 'cluster-settings');
    await page.evaluate(() => (location.hash = '/new'));
    const place = page.getByLabel('Train on');
    await eventually(() => place.locator('option').allTextContents()).toEqual([
      'This machine',
      expect.stringMatching(/^Slurm \(slurm/),
    ]);
    await place.selectOption({ index: 1 });
    await page.getByText(/Curves follow with about [\d.]+ s of delay/).waitFor();
    await place.scrollIntoViewIfNeeded();
    await picture(page, 'cluster-form');

    await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=DOWN');
    lab.setPlace('slurm', slurmSettingsSchema.parse({ partition: 'nowhere' }));
    const few = { ...shared, dataset: { ...shared.dataset, testSubset: 100 } };
    const { runIds } = await lab.enqueue({ ...experimentOf({ seeds: [0, 1], shared: few }), place: 'slurm' });
    const endless = experimentOf({ name: 'Long', seeds: [7], shared: { ...few, epochs: 100_000 } });
    const { runIds: long } = await lab.enqueue({ ...endless, place: 'slurm' });
    const [first = 0, second = 0, running = 0] = [...runIds, ...long];
    await page.evaluate(() => (location.hash = '/queue'));
    const row = (runId: number) =>
      page.getByRole('table', { name: 'Queue' }).locator('tr.run', { hasText: String(runId) });
    await page.getByText(/^Slurm does not take the jobs: .*partition/).waitFor({ timeout: 60_000 });
    lab.setPlace('slurm', slurmSettingsSchema.parse({ cores: 1 }));
    await page.getByText('In the cluster’s queue').waitFor();
    for (const runId of [first, second])
      await row(runId).getByText('waits in the cluster (PartitionDown)').waitFor({ timeout: 60_000 });
    const job = row(first).locator('[title^="Job "]');
    const submitted = await job.getAttribute('title');
    expect(submitted).toMatch(/^Job \d+_0 on the cluster; .*tasks\/0$/);
    await picture(page, 'cluster-queue');
    await row(first)
      .getByRole('button', { name: `Requeue run ${first}` })
      .click();
    await eventually(async () => {
      const title = await job.getAttribute('title');
      return title !== null && title !== submitted;
    }).toBe(true);
    await row(second)
      .getByRole('button', { name: `Cancel run ${second}` })
      .click();
    await eventually(() => row(second).count()).toBe(0);
    await eventually(async () => (await cluster.ask('squeue', '-h', '-r', '-o', '%i')).trim().split('\n')).toHaveLength(
      2,
    );

    await cluster.ask('scontrol', 'update', 'PartitionName=debug', 'State=UP');
    await page.evaluate((id) => (location.hash = `/runs/${id}`), running);
    await page.getByText(/^on n[12]$/).waitFor({ timeout: 120_000 });
    const epochs = async (): Promise<number> => (await lab.run({ runId: running })).run.epochsDone;
    await expect.poll(epochs, { timeout: 120_000 }).toBeGreaterThan(2);
    await picture(page, 'cluster-run');
    await page.evaluate(() => (location.hash = '/live'));
    await page.getByText(/^on n[12]$/).waitFor({ timeout: 60_000 });
    await page.getByText(/^epoch [\d,]+ of 100,000/).waitFor({ timeout: 60_000 });
    await picture(page, 'cluster-live');
    // What began there goes on here, and the other way round.
    const stateOf = async (): Promise<unknown> => {
      const { state, wantedPlace } = (await lab.run({ runId: running })).run;
      return [state, wantedPlace];
    };
    const stop = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Stop now' }).click();
      await expect
        .poll(async () => (await lab.run({ runId: running })).run.state, { timeout: 120_000 })
        .toBe('stopped');
    };
    await stop();
    await page.evaluate((id) => (location.hash = `/runs/${id}`), running);
    await page.getByRole('button', { name: 'Resume here' }).click();
    await expect.poll(stateOf, { timeout: 60_000 }).toEqual(['running', null]);
    await stop();
    await page.evaluate((id) => (location.hash = `/runs/${id}`), running);
    await page.getByRole('button', { name: 'Resume on Slurm' }).click();
    await expect.poll(stateOf, { timeout: 120_000 }).toEqual(['running', 'slurm']);
    await lab.stopRun({ runId: running, when: 'now' });
    await page.evaluate((id) => (location.hash = `/runs/${id}`), first);
    await page.getByText('Cluster job').waitFor({ timeout: 120_000 });
    expect(complaints).toEqual([]);
    await close();
    await served.close();
  },
  600_000,
);
