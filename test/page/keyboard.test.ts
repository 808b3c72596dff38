import { afterAll, beforeAll, expect, test } from 'vitest';
import { chartRows } from '../../src-renderer/charts/chartTable.ts';
import { eventually, picture, startPages, type Pages } from './page.ts';

let pages: Pages;
beforeAll(async () => {
  pages = await startPages();
});
afterAll(() => pages.close());

test('rows are walked with the arrows, and the numbers behind a chart are a table', async () => {
  const { page, served, complaints, close } = await pages.open('/runs', 'full');
  const opener = (index: number) => page.getByRole('row').nth(index).getByRole('button', { expanded: false }).first();
  await opener(1).focus();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
  const first = await focused();
  await page.keyboard.press('ArrowDown');
  await eventually(focused).not.toBe(first);
  await page.keyboard.press('ArrowUp');
  await eventually(focused).toBe(first);
  await page.keyboard.press('ArrowUp'); // there is no row above
  expect(await focused()).toBe(first);

  await page.goto(`${new URL(page.url()).origin}/#/runs/3`);
  const open = page.getByRole('button', { name: 'Numbers as a table' }).first();
  await open.focus();
  await page.keyboard.press('Enter');
  const region = page.getByRole('region', { name: /, as a table$/ });
  await region.getByRole('row').nth(1).waitFor();
  const { epochs } = await served.lab.run({ runId: 3 });
  await eventually(() => region.getByRole('row').count()).toBeGreaterThanOrEqual(1 + epochs.length);
  await picture(page, 'chart-as-table');
  await page.getByRole('button', { name: 'Back to the chart' }).click();
  await eventually(() => region.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('long charts give evenly chosen rows, and always the last', () => {
  const points = Array.from({ length: 1001 }, (_, x) => ({ x, y: 2 * x }));
  const style = { color: '#000', dash: [], shape: 'circle' as const };
  const rows = chartRows([
    { id: 'a', name: 'a', ...style, points },
    { id: 'b', name: 'b', ...style, points: [{ x: 1000, y: 5 }] },
  ]);
  expect(rows.length).toBeLessThanOrEqual(200);
  expect(rows.at(-1)).toEqual({ x: 1000, values: [2000, 5] });
  expect(rows[0]?.values[1]).toBeNull();
  for (const { x, values } of rows) expect(values[0]).toBe(2 * x);
});
