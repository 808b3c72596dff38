import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import { serveLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';
import { withoutTensorflow } from './runtimes.ts';

const pages = pagesOfFile();
const exampleOf = (page: Page) =>
  page.getByRole('img', { name: 'Test accuracy of SGD, SAM and ESAM in the example, over epochs' });

test('a new workspace opens with one page and one main button, which trains', async () => {
  const { page, served, complaints, close } = await pages.open('/', 'empty');
  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).first().textContent();
  await page.getByRole('heading', { name: 'Which method learns the wrong labels?' }).waitFor();
  expect(await heading()).toBe('Start');
  expect(await page.getByRole('main').locator('.n-button--primary-type').count()).toBe(1);
  const methods = page.getByRole('table', { name: 'Methods of the quick comparison' });
  // F + 2B of SGD; twice that of SAM.
  await methods.getByRole('row', { name: /^SAM .*2 ×$/ }).waitFor();
  await page.getByText('6 runs, 2 seeds each', { exact: false }).waitFor();
  await exampleOf(page).waitFor();
  for (const [name, { width, height }] of Object.entries({
    wide: { width: 1600, height: 1000 },
    narrow: { width: 960, height: 700 },
    enlarged: { width: 853, height: 533 },
    usual: { width: 1280, height: 800 },
  })) {
    await page.setViewportSize({ width, height });
    await picture(page, `start-${name}`);
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(isWide).toBe(false);
  }
  // Data come in by the dialog of every view.
  await page.getByRole('button', { name: 'Import data…' }).click();
  await page.getByRole('dialog').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Run the quick comparison' }).click();
  await eventually(heading).toBe('Live');
  await eventually(async () => (await served.lab.queue({})).running.length).toBe(1);
  // Where runs are, there is nothing to begin.
  await page.goto(`${new URL(page.url()).origin}/#/start`);
  await eventually(heading).toBe('New experiment');
  expect(complaints).toEqual([]);
  await close();
});

test('the curves of the page are those of the example', async () => {
  const { page, served, close } = await pages.open('/start', 'empty');
  await exampleOf(page).waitFor();
  await page.getByRole('button', { name: 'Open the example' }).click();
  await page.getByRole('table', { name: 'Results' }).waitFor();
  const curves = await served.lab.curves({
    query: everyGroup,
    metric: 'testAccuracy',
    axis: 'epoch',
    relativeTo: null,
  });
  const byKey = <T extends { readonly key: string }>(all: readonly T[]): T[] =>
    all.toSorted((one, other) => one.key.localeCompare(other.key));
  expect(curves).toHaveLength(5);
  expect(byKey(await served.lab.exampleCurves({}))).toEqual(byKey(curves));
  await close();
});

test('the page says what the runs train on, and installs what is missing', async () => {
  await withoutTensorflow();
  const served = await serveLab('empty');
  const { page, close } = await pages.openAt(served.address(), '/start', { colorScheme: 'dark' });
  const machine = page.getByRole('region', { name: 'This machine' });
  await machine.getByText('TensorFlow is not installed').waitFor();
  await picture(page, 'start-without-tensorflow-dark');
  await machine.getByRole('button', { name: 'Install TensorFlow' }).waitFor();
  await close();
  await served.close();
});
