import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { eventually, pagesOfFile } from './page.ts';

// What researchers do every day, counted: how often the pointer is pressed, from the view where one is to the end.
const pages = pagesOfFile();

/** Counts from now on; the page is not loaded anew meanwhile. */
const countClicks = async (page: Page): Promise<() => Promise<number>> => {
  await page.evaluate(() => {
    const counted = window as unknown as { clicks: number };
    counted.clicks = 0;
    window.addEventListener('pointerdown', () => counted.clicks++, { capture: true });
  });
  return () => page.evaluate(() => (window as unknown as { clicks: number }).clicks);
};

test('from nothing to a table in LaTeX: three clicks', { timeout: 300_000 }, async () => {
  const { page, served, complaints, close } = await pages.open('/', 'empty');
  await page.getByRole('heading', { name: 'Which method learns the wrong labels?' }).waitFor();
  const clicks = await countClicks(page);
  await page.getByRole('button', { name: 'Run the quick comparison' }).click();
  await page.getByRole('progressbar', { name: 'Progress of the run' }).waitFor();
  const left = async (): Promise<number> => {
    const { running, waiting } = await served.lab.queue({});
    return running.length + waiting.length;
  };
  await expect.poll(left, { timeout: 240_000 }).toBe(0);
  await page.getByRole('button', { name: 'See results' }).click();
  await page.getByRole('table', { name: 'Results' }).getByRole('row').nth(3).waitFor();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toContain('\\toprule');
  expect(await clicks()).toBe(3);
  expect(complaints).toEqual([]);
  await close();
});

test('clone, edit, queue: two clicks', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/3', 'full');
  await page.getByRole('button', { name: 'Use as new experiment' }).waitFor();
  const before = (await served.lab.runs({ experimentId: null })).length;
  const clicks = await countClicks(page);
  await page.getByRole('button', { name: 'Use as new experiment' }).click();
  await page.getByText('From run 3.').waitFor();
  await page.getByLabel(/^Epochs/).fill('2');
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await eventually(async () => (await served.lab.runs({ experimentId: null })).length).toBeGreaterThan(before);
  expect(await clicks()).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

test('one run is found among many without a click', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'many');
  await page.getByRole('table', { name: 'Results' }).waitFor();
  const clicks = await countClicks(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox').fill('run 7'); // as are 17, 27, 77
  await eventually(() => page.getByRole('option').first().textContent()).toMatch(/^Run 7:/);
  await page.keyboard.press('Enter');
  await page.getByText(/· run 7$/).waitFor();
  expect(await clicks()).toBe(0);
  // Of its 51 configurations the page has those in sight.
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  const rows = page.locator('tr.group');
  await eventually(() => rows.count()).toBeGreaterThan(10);
  expect(await rows.count()).toBeLessThan(51);
  expect(await page.getByRole('table', { name: 'Runs by configuration' }).getAttribute('aria-rowcount')).toBe('52');
  // At 150 % nothing of it is out of sight: spreads stand below their means.
  await page.setViewportSize({ width: 853, height: 533 });
  const excess = () => page.locator('.view-body').evaluate((body) => body.scrollWidth - body.clientWidth);
  await eventually(excess).toBe(0);
  expect(await page.locator('tr.group td', { hasText: /± / }).count()).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
  await close();
});
