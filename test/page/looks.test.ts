import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, picture, startPages, type Pages } from './page.ts';

let pages: Pages;
beforeAll(async () => {
  pages = await startPages();
});
afterAll(() => pages.close());

const views: readonly (readonly [view: string, scenario: string])[] = [
  ...['new', 'live', 'runs', 'runs/3', 'compare', 'data', 'device'].map((view) => [view, 'idle'] as const),
  ...['live', 'runs', 'compare'].map((view) => [view, 'empty'] as const),
  ['live', ''],
  ['runs/14', 'idle'],
  ...['new', 'live', 'device'].map((view) => [view, 'missing'] as const),
  ['device', 'old-compiler'],
  ...['newer', 'busy'].map((scenario) => ['runs', scenario] as const),
];

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(views)('%s fits in 1280×800 without complaint (%s)', async (view, scenario) => {
    const { page, complaints, close } = await pages.open(`/${view}`, { scenario, colorScheme });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForLoadState('networkidle');
    await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(colorScheme);
    // No box scrolls sideways, and no text of a button or link is wider than its box.
    const wide = await page.evaluate(() =>
      [
        document.documentElement,
        ...document.querySelectorAll('.view-body, .form, .plan, .detail, .scroll, .list, .rail, .view-head'),
      ]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.className} ${String(element.scrollWidth)} > ${String(element.clientWidth)}`),
    );
    expect(wide).toEqual([]);
    await page.waitForTimeout(400); // charts draw
    await picture(page, `${view.replace('/', '-')}-${scenario || 'full'}-${colorScheme}`);
    if (view === 'new') {
      await page.getByRole('heading', { name: 'Engine' }).locator('..').locator('..').scrollIntoViewIfNeeded();
      await picture(page, `${view}-engine-${scenario}-${colorScheme}`);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

test('the theme follows the system until chosen, and the choice stays', async () => {
  const { page, close } = await pages.open('/device', { scenario: 'idle', colorScheme: 'dark' });
  const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme']);
  await eventually(theme).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await eventually(theme).toBe('light');
  await page.getByRole('button', { name: /^Theme: as the system/ }).click(); // → light
  await page.getByRole('button', { name: /^Theme: light/ }).click(); // → dark
  await eventually(theme).toBe('dark');
  await page.reload();
  await eventually(theme).toBe('dark');
  await close();
});

test('figures are tabular: every digit is as wide as any other', async () => {
  const { page, close } = await pages.open('/runs', { scenario: 'idle' });
  const widths = await page
    .locator('td.number')
    .first()
    .evaluate((fact) =>
      Array.from({ length: 10 }, (_, digit) => {
        fact.textContent = String(digit).repeat(10);
        const range = document.createRange();
        range.selectNodeContents(fact);
        return range.getBoundingClientRect().width;
      }),
    );
  expect(new Set(widths).size).toBe(1);
  await close();
});

test('views are reached by keys, also from a field, and the last one is opened again', async () => {
  const { page, complaints, close } = await pages.open('/new', { scenario: 'idle' });
  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).first().textContent();
  await page.getByLabel(/^Seeds/).fill('4');
  await page.keyboard.press('3');
  expect(await page.getByLabel(/^Seeds/).inputValue()).toBe('43'); // a digit in a field is a digit
  await page.keyboard.press('Control+3');
  await eventually(heading).toBe('Runs');
  await page.keyboard.press('6');
  await eventually(heading).toBe('Device');
  await page.reload();
  await eventually(heading).toBe('Device');
  await page.keyboard.press('Control+n');
  await eventually(heading).toBe('New experiment');
  // Everything is reached with Tab, in the order of reading.
  await page.keyboard.press('Tab');
  for (const name of ['New experiment', 'Live', 'Runs', 'Compare', 'Data', 'Device'])
    expect(await page.getByRole('link', { name, exact: true }).count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('without a lab the page says how to start one', async () => {
  const { page, close } = await pages.openAlone();
  await page.getByRole('heading', { name: 'This page belongs to ESAM Lab’s window' }).waitFor();
  await close();
});
