import { preview } from 'vite';
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { serveLab, serveRefusal, type ServedLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';
import { withoutKernels, withoutTensorflow } from './runtimes.ts';

const pages = pagesOfFile();

const withoutEngine = async (): Promise<ServedLab> => {
  await withoutTensorflow();
  return serveLab('empty');
};
const withoutOwnKernels = async (): Promise<ServedLab> => {
  await withoutKernels();
  return serveLab('full');
};

/** The labs that are looked at, with the views that look different there. */
const states: readonly (readonly [
  name: string,
  open: () => Promise<Omit<ServedLab, 'lab'>>,
  views: readonly string[],
])[] = [
  ['full', () => serveLab('full'), ['new', 'live', 'runs', 'runs/3', 'runs/14', 'compare', 'data', 'device']],
  ['empty', () => serveLab('empty'), ['live', 'queue', 'runs', 'compare']],
  ['queued', () => serveLab('queued'), ['live', 'queue']],
  ['missing', withoutEngine, ['new', 'live', 'device']],
  ['old-compiler', withoutOwnKernels, ['device']],
  ['newer', () => serveRefusal('newer'), ['runs']],
  ['busy', () => serveRefusal('busy'), ['runs']],
  ['damaged', () => serveRefusal('damaged'), ['runs']],
];

/** Boxes that scroll sideways. */
const wideBoxes = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [
      document.documentElement,
      ...document.querySelectorAll('.view-body, .form, .plan, .detail, .scroll, .list, .rail, .view-head'),
    ]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.className} ${String(element.scrollWidth)} > ${String(element.clientWidth)}`),
  );

const schemes = ['light', 'dark'] as const;

test.each(states)(
  'a lab that is %s fits in 1280×800 without complaint, in light and dark',
  async (name, open, views) => {
    const served = await open();
    const { page, complaints, close } = await pages.openAt(served.address(), `/${views[0] ?? ''}`);
    for (const [index, view] of views.entries()) {
      await page.goto(`${new URL(page.url()).origin}/#/${view}`);
      const heading = page.getByRole('heading', { level: 1 }).first();
      await heading.waitFor();
      // Every other view is entered in the dark, in which the one before was left.
      for (const colorScheme of index % 2 === 0 ? schemes : schemes.toReversed()) {
        await page.emulateMedia({ colorScheme });
        await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(colorScheme);
        await page.waitForTimeout(800); // answers come, charts draw
        await heading.scrollIntoViewIfNeeded();
        await picture(page, `${view.replace('/', '-')}-${name}-${colorScheme}`);
        expect(await wideBoxes(page)).toEqual([]);
        if (view === 'new') {
          await page.getByRole('heading', { name: 'Engine' }).locator('..').locator('..').scrollIntoViewIfNeeded();
          await picture(page, `${view}-engine-${name}-${colorScheme}`);
        }
      }
    }
    await page.setViewportSize({ width: 960, height: 700 });
    await eventually(() => wideBoxes(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
    await served.close();
  },
);

test('the theme follows the system until chosen, and the choice stays', async () => {
  const { page, close } = await pages.open('/device', 'empty');
  const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme']);
  await page.emulateMedia({ colorScheme: 'dark' });
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

test('commands, views and runs are found by name, and the keys are told', async () => {
  const { page, complaints, close } = await pages.open('/new', 'full');
  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).first().textContent();
  await page.getByLabel(/^Seeds/).focus();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.getByRole('combobox').fill('dev');
  await page.keyboard.press('Enter');
  await eventually(heading).toBe('Device');
  await page.keyboard.press('Control+k');
  await palette.getByRole('combobox').fill('run esam-swp seed 2');
  await eventually(() => palette.getByRole('option').count()).toBe(1);
  await picture(page, 'palette');
  await page.keyboard.press('Enter');
  await page.waitForURL(/runs\/14/);
  await page.keyboard.press('Control+k');
  await palette.getByText('Theme: dark').click();
  await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Queue the runs of the form').waitFor();
  await picture(page, 'keys-dark');
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);

  // Closed and opened again within one frame, when the browser has not told yet that it closed.
  await page.keyboard.press('Control+k');
  await palette.getByText('Theme: dark').waitFor();
  await palette.evaluate(async (dialog) => {
    (dialog as HTMLDialogElement).close();
    dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }));
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
  expect(await palette.getByText('Theme: dark').count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('figures are tabular: every digit is as wide as any other', async () => {
  const { page, close } = await pages.open('/runs', 'full');
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
  const { page, complaints, close } = await pages.open('/new', 'full');
  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).first().textContent();
  await page.getByLabel(/^Seeds/).fill('4');
  await page.keyboard.press('3');
  expect(await page.getByLabel(/^Seeds/).inputValue()).toBe('43'); // a digit in a field is a digit
  await page.keyboard.press('Control+4');
  await eventually(heading).toBe('Runs');
  await page.keyboard.press('8');
  await eventually(heading).toBe('Device');
  await page.reload();
  await eventually(heading).toBe('Device');
  await page.keyboard.press('Control+n');
  await eventually(heading).toBe('New experiment');
  // Everything is reached with Tab, in the order of reading.
  await page.keyboard.press('Tab');
  for (const name of ['New experiment', 'Live', 'Queue', 'Runs', 'Compare', 'Paper', 'Data', 'Device'])
    expect(await page.getByRole('link', { name, exact: true }).count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('without a lab the page says how to start one', async () => {
  const server = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: 'out/renderer' },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const { page, close } = await pages.openAt(server.resolvedUrls?.local[0] ?? '', '/');
  await page.getByRole('heading', { name: 'This page belongs to ESAM Lab’s window' }).waitFor();
  await close();
  await server.close();
});
