import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, picture, startPages, type Pages } from './page.ts';

let pages: Pages;
beforeAll(async () => {
  pages = await startPages();
});
afterAll(() => pages.close());

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
  const before = (await served.lab.experiments({})).length;
  // Its machine has measured no speed of this network on this set, or it has: either is said.
  await page.getByRole('button', { name: 'Queue a small form' }).click();
  await eventually(async () => {
    const after = await served.lab.experiments({});
    const isQueued = after.length === before + 1 && after[0]?.experiment.study?.id === 'table-3';
    return isQueued || (await page.getByText('Run the self-test first', { exact: false }).count()) > 0;
  }).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});
