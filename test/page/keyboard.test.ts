import type { JSHandle, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { columnTexts, evenlyChosen, seriesTable, tableText } from '../../src-renderer/charts/chartTable.ts';
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

test('the numbers of a column have the same decimals, where they are of one size', () => {
  expect(columnTexts([5.99581, 13.5702, 14, null, NaN])).toEqual(['6.00', '13.57', '14.00', '–', 'NaN']);
  expect(columnTexts([1, 2, 10])).toEqual(['1', '2', '10']);
  expect(columnTexts(['SGD', 'SAM'])).toEqual(['SGD', 'SAM']);
  expect(columnTexts([0.5, 2434])).toEqual(['0.5', '2,434']);
  expect(columnTexts([12.25, 13, 0.0002])).toEqual(['12.25', '13', '0.0002']); // which two decimals would make nothing
});

const panels = '.panel:visible';
const isInPanel = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.closest('.panel') !== null);
const nameOfFocused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    return focused?.getAttribute('aria-label') ?? focused?.textContent.trim() ?? '';
  });

/** Opens what this button opens with a key, as who has no mouse does. */
const openByKey = async (page: Page, path: string, name: RegExp): Promise<JSHandle<Element | null>> => {
  await page.goto(`${new URL(page.url()).origin}/#${path}`);
  const button = page.getByRole('main').getByRole('button', { name, disabled: false }).first(); // once there is something to open
  await button.focus();
  const opener = await page.evaluateHandle(() => document.activeElement);
  await page.keyboard.press('Enter');
  await eventually(() => isInPanel(page)).toBe(true);
  return opener;
};

const isFocused = (element: JSHandle<Element | null>): Promise<boolean> =>
  element.evaluate((each) => each === document.activeElement);

/** Escape closes it and leads back. */
const expectBack = async (page: Page, opener: JSHandle<Element | null>): Promise<void> => {
  await page.keyboard.press('Escape');
  await eventually(() => page.locator(panels).count()).toBe(0);
  expect(await isFocused(opener)).toBe(true);
};

test.each([
  ['/compare', /^Experiments: /],
  ['/compare', /^Groups: /],
  ['/compare', /^Columns: /],
  ['/runs', /^Views/],
  ['/runs', /^Columns$/],
  ['/data', /^Remove…$/],
] as const)(
  'in %s, what %s opens takes the focus, keeps it in either direction, and gives it back',
  async (path, name) => {
    const { page, complaints, close } = await pages.open('/new', 'full');
    const opener = await openByKey(page, path, name);
    const first = await page.evaluateHandle(() => document.activeElement);
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let stop = 0; stop < 300; stop++) {
        await page.keyboard.press(key);
        expect(await isInPanel(page)).toBe(true);
        if (await isFocused(first)) break;
      }
      expect(await isFocused(first)).toBe(true); // once around
    }
    await expectBack(page, opener);
    expect(complaints).toEqual([]);
    await close();
  },
);

test.each([
  ['/compare', /^Report$/],
  ['/compare', /^Share$/],
  ['/compare', /^Save figure…/],
  ['/runs', /^Menu of /],
] as const)('in %s, the menu of %s is walked with the arrows, and Tab leads on from its button', async (path, name) => {
  const { page, complaints, close } = await pages.open('/new', 'full');
  const opener = await openByKey(page, path, name);
  const lines = await page.getByRole('menuitem', { disabled: false }).allTextContents();
  expect(lines.length).toBeGreaterThan(1);
  const walked = [await nameOfFocused(page)];
  for (let line = 1; line <= lines.length; line++) {
    await page.keyboard.press('ArrowDown');
    walked.push(await nameOfFocused(page));
  }
  expect(walked).toEqual([...lines, lines[0]].map((line) => line?.trim()));
  await page.keyboard.press('ArrowUp');
  expect(await nameOfFocused(page)).toBe(lines.at(-1)?.trim());
  await expectBack(page, opener);
  await page.keyboard.press('Tab');
  const next = await nameOfFocused(page);
  await openByKey(page, path, name);
  await page.keyboard.press('Tab');
  await eventually(() => page.locator(panels).count()).toBe(0);
  expect(await nameOfFocused(page)).toBe(next);
  expect(complaints).toEqual([]);
  await close();
});

test('what opens stands at once where it stays: who presses a line of it as it appears chooses that line', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  const menu = page.getByRole('button', { name: 'Save the figure of the curves' });
  await menu.scrollIntoViewIfNeeded();
  // Where the last line of the menu is, in every frame from the one in which it appears.
  const places = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        const look = (): void => {
          const line = [...document.querySelectorAll('[role="menuitem"]')].at(-1);
          const box = line?.getBoundingClientRect();
          if (box && box.height > 0) seen.push([box.x, box.y, box.width, box.height].map(Math.round).join(' '));
          if (seen.length > 40) resolve(seen);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
  await menu.click();
  expect(new Set(await places).size).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('what a line of a menu tells about itself stands beside the menu, at the edge of the window too', async () => {
  const { page, complaints, close } = await pages.open('/runs', 'full');
  const tip = page.getByRole('tooltip');
  for (const width of [1280, 640]) {
    await page.setViewportSize({ width, height: 800 });
    await openByKey(page, '/runs', /^Menu of /);
    await tip.waitFor();
    await eventually(async () => {
      const [menu, told] = [await page.getByRole('menu').boundingBox(), await tip.boundingBox()];
      if (menu === null || told === null) return 'not shown';
      const isBeside = told.x >= menu.x + menu.width || told.x + told.width <= menu.x;
      return { isBeside, isWhole: told.x >= 0 && told.x + told.width <= width };
    }).toEqual({ isBeside: true, isWhole: true });
    await page.keyboard.press('Escape');
  }
  expect(complaints).toEqual([]);
  await close();
});

test('where a button gives way to the form that it opens, the keyboard goes on in the first field that can be filled in', async () => {
  const { page, complaints, close } = await pages.open('/settings', 'full');
  const opener = page
    .getByRole('region', { name: 'Places to train at' })
    .getByRole('button', { name: 'Add a cluster' });
  await opener.focus();
  await page.keyboard.press('Enter');
  const fields = page.getByRole('region', { name: 'Places to train at' }).locator('input, textarea');
  await eventually(() => fields.count()).toBeGreaterThan(1);
  const states = await fields.evaluateAll((all) =>
    (all as HTMLInputElement[]).map((field) => ({ isOff: field.disabled, isHere: field === document.activeElement })),
  );
  expect(states.findIndex(({ isHere }) => isHere)).toBe(states.findIndex(({ isOff }) => !isOff));
  expect(complaints).toEqual([]);
  await close();
});
