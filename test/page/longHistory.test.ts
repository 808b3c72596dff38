import { expect, onTestFinished, test } from 'vitest';
import type { Lab } from '../../src-main/lab/lab.ts';
import { serveWindow } from '../serveWindow.ts';
import { serveLab } from './labs.ts';
import { eventually, pagesOfFile, picture } from './page.ts';

const pages = pagesOfFile();

test('of a history that is still being read the newest groups are shown, whole, and nothing is searched, sorted or chosen in part', async () => {
  const served = await serveLab('many');
  let letGo = (): void => undefined;
  const read = new Promise<void>((resolve) => (letGo = resolve));
  const slow: Lab = {
    ...served.lab,
    newestRuns: () => served.lab.newestRuns({ groups: 3 }),
    runs: (input) => read.then(() => served.lab.runs(input)),
  };
  const shown = await serveWindow(slow, served.folder);
  onTestFinished(async () => {
    await shown.close();
    await served.close();
  });
  const { page, complaints, close } = await pages.openAt(shown.address(), '/runs');
  const rows = page.locator('tr.group');
  await page.getByText('Reading all runs…').waitFor();
  await eventually(() => rows.count()).toBe(3);
  /** Of settings only those that differ have a column: with more groups there are more. */
  const accuracies = async () => (await rows.allTextContents()).map((text) => /\d\d\.\d\d ± \d\.\d\d/.exec(text)?.[0]);
  const early = await accuracies();
  expect(early).not.toContain(undefined);
  const all = page.getByRole('checkbox', { name: 'Choose all runs shown' });
  expect(await all.isDisabled()).toBe(true);
  await picture(page, 'runs-half-read');

  const search = page.getByRole('combobox', { name: 'Search the runs' });
  await search.fill('method:sgd');
  await eventually(() => rows.count()).toBe(0); // rather than those of the newest
  expect(await page.getByText('No run matches.').count()).toBe(0);
  await search.fill('');
  await eventually(accuracies).toEqual(early);

  letGo();
  await eventually(() => page.getByText('Reading all runs…').count()).toBe(0);
  await eventually(() => rows.count()).toBeGreaterThan(3);
  expect((await accuracies()).slice(0, 3)).toEqual(early);
  expect(await all.isDisabled()).toBe(false);
  expect(complaints).toEqual([]);
  await close();
});
