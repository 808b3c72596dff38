import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import type { LabApi } from '../../shared/labApi.ts';
import { everyGroup } from '../../shared/result.ts';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import type { BuiltLab } from './builtLab.ts';
import { median } from './median.ts';

const viewport = { width: 1280, height: 800 };

/** How many elements of each selector a view shows once it stands. */
type Elements = Readonly<Record<string, number>>;

/** Milliseconds from a change of the address to the frame that shows the new view's elements. */
const pixelsAfter = (page: Page, hash: string, elements: Elements): Promise<number> =>
  page.evaluate(
    async ([to, wanted]) => {
      const start = performance.now();
      location.hash = to;
      const isMissing = ([selector, count]: [string, number]): boolean =>
        document.querySelectorAll(selector).length < count;
      while (Object.entries(wanted).some(isMissing)) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return performance.now() - start;
    },
    [hash, elements] as const,
  );

/**
 * Has windows compare three experiments, as they keep what was chosen in them.
 * @returns what Compare then shows: every group's row, and its curve.
 */
const compareThree = async (lab: LabApi): Promise<Elements> => {
  const experimentIds = [1, 2, 3];
  const chosen = { experimentIds, groupHashes: null, speedBaseline: null, accuracyBaseline: null };
  const read = { accuracy: 'last', metric: 'testAccuracy', axis: 'epoch' };
  await lab.keepState({ name: 'compare', value: { chosen, ...read } });
  const { rows } = await lab.results({ ...everyGroup, experimentIds });
  return {
    'table[aria-label="Results"] tbody tr': rows.length,
    'svg[aria-label$="mean over seeds of each group"] path.line': rows.length,
  };
};

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
const measureViews = async (page: Page, origin: string, quietMs: number, compared: Elements): Promise<object> => {
  await page.goto(`${origin}/#/new`);
  await page.waitForSelector('form');
  await page.waitForTimeout(quietMs);
  const opened = async (path: string, elements: Elements): Promise<object> => {
    const times: number[] = [];
    for (let round = 0; round < 4; round++) {
      times.push(await pixelsAfter(page, path, elements));
      await page.waitForTimeout(1500);
      await pixelsAfter(page, '/new', { form: 1 });
      await page.waitForTimeout(500);
    }
    return firstAndLater(times);
  };
  return { runs: await opened('/runs', { 'tr.group': 1 }), compareOfThree: await opened('/compare', compared) };
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
 * Milliseconds until views of the page in Chromium show what the lab has of a long history (the list its first runs, Compare the rows and
 * curves of three experiments), and what a query finds in it: the first time, and the median of three more. In a window that has just opened, and in one that has been open for a few seconds.
 * @returns null where there is no Chromium.
 */
export const measurePage = async ({ lab, origin, cookie }: BuiltLab): Promise<object | null> => {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const compared = await compareThree(lab);
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
      const opened = await measureViews(views, origin, quietMs, compared);
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
