import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import type { BuiltLab } from './builtLab.ts';
import { median } from './median.ts';

const viewport = { width: 1280, height: 800 };

/** Milliseconds from a change of the address to the frame that shows an element of the new view. */
const pixelsAfter = (page: Page, hash: string, selector: string): Promise<number> =>
  page.evaluate(
    async ([to, shown]) => {
      const start = performance.now();
      location.hash = to;
      while (document.querySelector(shown) === null) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return performance.now() - start;
    },
    [hash, selector] as const,
  );

/** Each finds another number of configurations. */
const queries = ['esam', 'sgd', 'label-noise:0.4', ''];

/** Milliseconds from a query typed above the list of runs to the frame that tells how many configurations it finds. */
const pixelsOfQuery = (page: Page, query: string): Promise<number> =>
  page.evaluate(async (text) => {
    const field = document.querySelector<HTMLInputElement>('input[data-search]');
    const told = (): string => document.querySelector('.configurations')?.textContent ?? '';
    if (field === null) throw new Error('There is no field for a query.');
    const [before, start] = [told(), performance.now()];
    field.value = text;
    field.dispatchEvent(new Event('input'));
    while (told() === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, query);

const firstAndLater = ([first = NaN, ...later]: readonly number[]): object => ({
  firstMs: Math.round(first),
  laterMs: Math.round(median(later)),
});

/** @param quietMs - for which the window is open before it is used. */
const measureViews = async (page: Page, origin: string, quietMs: number): Promise<object> => {
  await page.goto(`${origin}/#/new`);
  await page.waitForSelector('form');
  await page.waitForTimeout(quietMs);
  const opened = async (path: string, selector: string): Promise<object> => {
    const times: number[] = [];
    for (let round = 0; round < 4; round++) {
      times.push(await pixelsAfter(page, path, selector));
      await page.waitForTimeout(1500);
      await pixelsAfter(page, '/new', 'form');
      await page.waitForTimeout(500);
    }
    return firstAndLater(times);
  };
  return { runs: await opened('/runs', 'tr.group'), compare: await opened('/compare', 'table tbody tr') };
};

/** @param quietMs - from when all runs are there until the first query. */
const measureFilter = async (page: Page, origin: string, quietMs: number): Promise<object> => {
  await page.goto(`${origin}/#/runs`);
  await page.locator('.configurations', { hasText: 'in' }).waitFor();
  await page.waitForTimeout(quietMs);
  const times: number[] = [];
  for (const query of queries) {
    times.push(await pixelsOfQuery(page, query));
    await page.waitForTimeout(500);
  }
  return firstAndLater(times);
};

/**
 * Milliseconds until views of the page in Chromium show what the lab has of a long history, and what a query finds in it: the first time,
 * and the median of three more. In a window that has just opened, and in one that has been open for a few seconds.
 * @returns null where there is no Chromium.
 */
export const measurePage = async ({ origin, cookie }: BuiltLab): Promise<object | null> => {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const context = await browser.newContext({ viewport });
    await context.addCookies([{ ...cookie, url: origin }]);
    const figures: Record<string, object> = {};
    for (const [when, quietMs] of [
      ['atOnce', 0],
      ['afterFiveSeconds', 5000],
    ] as const) {
      // One after the other: a page behind another draws nothing.
      const views = await context.newPage();
      const opened = await measureViews(views, origin, quietMs);
      await views.close();
      const list = await context.newPage();
      figures[when] = { ...opened, filter: await measureFilter(list, origin, quietMs) };
      await list.close();
    }
    return figures;
  } finally {
    await browser.close();
  }
};
