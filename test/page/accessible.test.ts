import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import { serveLab } from './labs.ts';
import { eventually, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

/** The rail's views, and pages that are reached from them. */
const views = [
  'new',
  'live',
  'queue',
  'runs',
  'runs/3',
  'runs/14',
  'compare',
  'paper',
  'data',
  'device',
  'settings',
  'measured',
];

/** Pages of a lab that has no runs yet. */
const emptyViews = ['start', 'live', 'runs'];

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What of WCAG's levels A and AA axe finds violated: rule, element, what is wrong. */
const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source); // a script element would be against the page's policy
  const found = await page.evaluate(
    (tags) =>
      (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
        runOnly: tags,
        resultTypes: ['violations'],
      }),
    levels,
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
};

const looks = [
  { kind: 'full', views },
  { kind: 'empty', views: emptyViews },
] as const;
const schemes = ['light', 'dark'] as const;
test.each(looks)(
  'every view of a lab that is $kind is accessible in light and dark, as far as axe can tell',
  { timeout: 300_000 },
  async ({ kind, views: looked }) => {
    const served = await serveLab(kind);
    const { page, close } = await pages.openAt(served.address(), '/settings');
    const found: Record<string, string[]> = {};
    for (const [index, view] of looked.entries()) {
      await page.goto(`${new URL(page.url()).origin}/#/${view}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
      // Every other view is entered in the dark, in which the one before was left.
      for (const colorScheme of index % 2 === 0 ? schemes : schemes.toReversed()) {
        await page.emulateMedia({ colorScheme });
        await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(colorScheme);
        await page.waitForTimeout(500); // charts are drawn, colours have changed
        const here = await violations(page);
        if (here.length > 0) found[`${view}, ${colorScheme}`] = here;
      }
    }
    expect(found).toEqual({});
    await close();
    await served.close();
  },
);

test('a report as a page is accessible, as far as axe can tell', async () => {
  const served = await serveLab('full');
  const { page, close } = await pages.openAt('about:blank', '');
  const reports = [
    { kind: 'results' as const, query: everyGroup },
    { kind: 'study' as const, id: 'table-1', form: 'paper' as const },
    { kind: 'study' as const, id: 'table-4', form: 'paper' as const },
  ];
  for (const about of reports) {
    const { base64 } = await served.lab.report({ about, format: 'html' });
    // Without its policy, which would let axe run nothing.
    const written = Buffer.from(base64, 'base64').toString();
    await page.setContent(written.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    expect(await violations(page)).toEqual([]);
  }
  await close();
  await served.close();
});
