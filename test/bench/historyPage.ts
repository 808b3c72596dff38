import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { serveWindow } from '../serveWindow.ts';
import { median } from './median.ts';

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

/**
 * Milliseconds until views of the page in Chromium show what the lab has of a long history: the first time, and the median of three more.
 * @returns null where there is no Chromium.
 */
export const measurePage = async (lab: Lab, folder: string): Promise<object | null> => {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const served = await serveWindow(lab, folder);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${served.address()}#/new`);
    await page.waitForSelector('form');
    const figures: Record<string, unknown> = {};
    for (const [name, path, selector] of [
      ['runs', '/runs', 'tr.group'],
      ['compare', '/compare', 'table tbody tr'],
    ] as const) {
      const times: number[] = [];
      for (let round = 0; round < 4; round++) {
        times.push(await pixelsAfter(page, path, selector));
        await page.waitForTimeout(1500);
        await pixelsAfter(page, '/new', 'form');
        await page.waitForTimeout(500);
      }
      const [first = NaN, ...later] = times.map(Math.round);
      figures[name] = { firstMs: first, laterMs: median(later) };
    }
    return figures;
  } finally {
    await browser.close();
    await served.close();
  }
};
