import { expect, test } from 'vitest';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('the paper’s items are listed with their coverage, opened, drawn, queued as in the paper or on what is there', async () => {
  const { page, complaints, served, close } = await pages.open('/paper', 'full');
  const table = page.getByRole('table', { name: 'Table 1' });
  await eventually(() => table.locator('tbody tr:has(td)').count()).toBe(18);
  await page.getByText('0 of 18 cells, 0 of 54 runs').first().waitFor();
  await table.getByText('96.52 ± 0.13').waitFor();
  await page.getByText('557 in Figure 1', { exact: false }).waitFor();
  await page.getByRole('img', { name: /^Table 1\./ }).waitFor();
  await picture(page, 'paper');
  await page.getByRole('button', { name: /^Table 4/ }).click();
  const overhead = page.getByRole('table', { name: 'Table 4' });
  await overhead.getByText('paper 30.08').waitFor();
  await page.getByRole('button', { name: 'Measure what is missing' }).waitFor();
  await picture(page, 'paper-overhead');
  await page.getByRole('button', { name: /^Table 3/ }).click();
  await page.getByText('On what I have').click();
  await page.getByText('No small form has been queued yet').waitFor();
  await picture(page, 'paper-small');
  await served.lab.pauseQueue({ paused: true });
  const before = (await served.lab.experiments({})).length;
  // Its machine has measured no speed of this network on this set, or it has: either is said.
  await page.getByRole('button', { name: 'Queue a small form' }).click();
  await eventually(async () => {
    const after = await served.lab.experiments({});
    const isQueued = after.length === before + 1 && after[0]?.experiment.study?.id === 'table-3';
    return isQueued || (await page.getByText('Run the self-test first', { exact: false }).count()) > 0;
  }).toBe(true);
  // Of a small form two runs wait and the others are gone: those are queued again, as it was begun.
  const waiting = async (): Promise<number> => (await served.lab.queue({})).waiting.length;
  const others = await waiting();
  const [asPaper] = await served.lab.studyExperiments({ id: 'figure-7', small: null });
  if (asPaper === undefined) throw new Error('Figure 7 trains nothing.');
  const { dataset, augmentation } = asPaper.shared;
  const { runIds } = await served.lab.enqueue({
    ...asPaper,
    name: 'Figure 7, small form: an MLP on MNIST',
    shared: {
      ...{ ...asPaper.shared, model: { id: 'mlp' }, epochs: 2 },
      dataset: { ...dataset, id: 'mnist', trainSubset: 100 },
      augmentation: { ...augmentation, cropPadding: 0, flip: false },
    },
    study: { id: 'figure-7', row: 0, form: 'small' },
  });
  await served.lab.cancelRuns({ runIds: runIds.slice(2) });
  await page.getByRole('button', { name: /^Figure 7/ }).click();
  await page.getByText('Figure 7, small form: an MLP on MNIST').waitFor();
  await page
    .getByText(`0 of ${String(runIds.length)} runs`, { exact: false })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Queue the missing cells' }).click();
  await eventually(waiting).toBe(others + runIds.length);
  expect(complaints).toEqual([]);
  await close();
});
