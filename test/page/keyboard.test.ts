import { expect, test } from 'vitest';
import { evenlyChosen, seriesTable, tableText } from '../../src-renderer/charts/chartTable.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

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

test('the numbers behind lines are all theirs: a row a place, a column a line; of long ones every so many rows are shown, and always the last', () => {
  const points = Array.from({ length: 1001 }, (_, x) => ({ x, y: x === 7 ? null : 2 * x }));
  const style = { color: '#000', dash: [], shape: 'circle' as const };
  const table = seriesTable(
    [
      { id: 'a', name: 'a', ...style, points },
      { id: 'b', name: 'b', ...style, points: [{ x: 1000, y: 5 }] },
    ],
    { xLabel: 'step', yLabel: 'loss' },
  );
  expect(table.rows).toHaveLength(1001);
  expect(table.rows[7]).toEqual([7, NaN, null]); // it was not finite; there is none
  const shown = evenlyChosen(table.rows, 200);
  expect(shown.length).toBeLessThanOrEqual(200);
  expect(shown.at(-1)).toEqual([1000, 2000, 5]);
  const lines = tableText(table).trimEnd().split('\n');
  expect([lines[0], lines[1], lines[8], lines[1001]]).toEqual(['step\ta\tb', '0\t0\t', '7\tNaN\t', '1000\t2000\t5']);
});
