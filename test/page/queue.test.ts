import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { serveLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

const table = (page: Page) => page.getByRole('table', { name: 'Queue' });
const waiting = async (page: Page): Promise<number[]> =>
  (await table(page).locator('tr.run:not(.running) a').allTextContents()).map(Number);

test('what was left waits for its start; runs move several at once, are cancelled and put back', async () => {
  const served = await serveLab('queued', { awaitsStart: true });
  const { page, complaints, close } = await pages.openAt(served.address(), '/queue');
  // Runs 20 and 21 of the quick comparison, then six more of two other seeds: nothing trains by itself.
  await page.getByText('These runs were left from before. They train when you start the queue.').waitFor();
  await eventually(() => waiting(page)).toEqual([20, 21, 22, 23, 24, 25, 26, 27]);
  await page.getByText('Run 14 was interrupted after 4 of 8 epochs.').waitFor();
  for (const name of ['Mark as failed: run 14', 'Delete run 14']) await page.getByRole('button', { name }).waitFor();
  expect(await table(page).getByRole('rowheader').allTextContents()).toEqual([
    expect.stringMatching(/^\s*Quick comparison\s+2 runs\s*$/),
    expect.stringMatching(/^\s*Quick comparison, more seeds\s+6 runs\s*$/),
  ]);
  expect((await served.lab.queue({})).running).toEqual([]);
  // The sum of the rows is what the head says.
  const estimates = await served.lab.queueEstimates({});
  expect(estimates.map(({ runId }) => runId)).toEqual([20, 21, 22, 23, 24, 25, 26, 27]);
  for (const { leftMs } of estimates) expect(leftMs).toBeGreaterThan(0);
  await page.getByText(/^[\d.]+ (s|min .*) of training$/).waitFor();
  await picture(page, 'queue-left');

  await page.getByRole('checkbox', { name: 'Select run 25' }).click();
  await page.getByRole('checkbox', { name: 'Select run 23' }).click();
  await page.getByRole('button', { name: 'To the top', exact: true }).click();
  await eventually(() => waiting(page)).toEqual([23, 25, 20, 21, 22, 24, 26, 27]);
  await page.getByRole('button', { name: 'Cancel 2 runs' }).click();
  await eventually(() => waiting(page)).toEqual([20, 21, 22, 24, 26, 27]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(() => waiting(page)).toEqual([23, 25, 20, 21, 22, 24, 26, 27]);
  await page.getByRole('button', { name: 'Run 27 to the top' }).click();
  await eventually(() => waiting(page)).toEqual([27, 23, 25, 20, 21, 22, 24, 26]);

  const standing = served.standStill(); // run 27 trains until the page has been looked at
  await page.getByRole('button', { name: 'Start queue' }).click();
  await standing;
  await table(page).getByText('running').waitFor();
  await page.getByText(/^all runs done about .*\d\d:\d\d \(/).waitFor();
  await eventually(() => waiting(page)).toEqual([23, 25, 20, 21, 22, 24, 26]);
  await page.getByRole('button', { name: 'Resume run 14' }).click();
  // These fixtures' runs were trained by something else than what is here.
  await page.getByRole('button', { name: 'Resume anyway' }).click();
  await eventually(() => waiting(page)).toContain(14);
  await eventually(() => page.getByLabel('Interrupted runs').count()).toBe(0);
  await picture(page, 'queue-running');
  // One that has not begun has nothing to tell, which is said.
  await table(page).getByRole('link', { name: '26', exact: true }).click();
  await page.getByRole('list', { name: 'Log lines' }).getByText('Nothing was logged.', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

test('undoing a cancellation says which runs stay out of the queue, for their data set has gone', async () => {
  const served = await serveLab('queued', { awaitsStart: true });
  const { page, complaints, close } = await pages.openAt(served.address(), '/queue');
  for (const name of ['Quick comparison', 'Quick comparison, more seeds'])
    await page.getByRole('checkbox', { name: `Select the waiting runs of ${name}`, exact: true }).click();
  await page.getByRole('button', { name: 'Cancel 8 runs' }).click();
  await page.getByText('8 runs are out of the queue.').waitFor();
  await served.lab.deleteDataset({ id: 'mnist' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('8 runs stay out of the queue: The data set "mnist" is not in the library').waitFor();
  await page.getByText('8 runs are out of the queue.').waitFor({ state: 'detached' });
  await picture(page, 'queue-undo-without-data');
  expect((await served.lab.queue({})).waiting).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

test('an added run trains while what was left stays held, until it is started where that is said', async () => {
  const served = await serveLab('queued', { awaitsStart: true });
  const { page, complaints, close } = await pages.openAt(served.address(), '/queue');
  const { runIds } = await served.lab.repeatRuns({ runIds: [16, 17] });
  const [first = 0, second = 0] = runIds;
  const row = (id: number) =>
    table(page).locator('tr.run', { has: page.getByRole('link', { name: String(id), exact: true }) });
  await row(first).getByText('running').waitFor();
  await page.getByText('8 of the waiting runs were left from before. They train when you start them.').waitFor();
  await page.getByRole('button', { name: 'Pause queue' }).waitFor();
  await page.getByText(/^all but 8 runs done about /).waitFor();
  expect(await table(page).getByText('held', { exact: true }).count()).toBe(8);
  await row(second)
    .getByText(/^about /)
    .waitFor();
  await picture(page, 'queue-held');
  await page.goto(`${page.url().split('#')[0] ?? ''}#/live`);
  const panel = page.getByRole('complementary', { name: 'Queue' });
  expect(await panel.getByText('held', { exact: true }).count()).toBe(8);
  await picture(page, 'live-held');
  await panel.getByRole('button', { name: 'Start run 23' }).click();
  await eventually(() => panel.getByText('held', { exact: true }).count()).toBe(7);
  await page.getByRole('link', { name: 'Queue', exact: true }).first().click();
  await row(23)
    .getByText(/^about /)
    .waitFor();
  await page.getByRole('button', { name: 'Start run 22' }).click();
  for (const run of [second, 25, 26]) await page.getByRole('checkbox', { name: `Select run ${run}` }).click();
  await page.getByRole('button', { name: 'Start 2 runs' }).hover();
  await picture(page, 'queue-held-chosen');
  await page.getByRole('button', { name: 'Start 2 runs' }).click(); // the other one is not held
  await eventually(() => table(page).getByText('held', { exact: true }).count()).toBe(4);
  expect((await served.lab.queue({})).awaitingStart).toEqual([20, 21, 24, 27]);
  await page.goBack();
  await panel.getByRole('button', { name: 'Start them' }).click();
  await eventually(() => panel.getByText('held', { exact: true }).count()).toBe(0);
  expect((await served.lab.queue({})).waiting.map(({ id }) => id)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, second]);
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});
