import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

const example = resolve('resources/examples/label-noise.esamlab');

test('a newcomer opens the example, which says everywhere that it is one; it goes out as a file, and comes back once', async () => {
  const { page, complaints, served, close } = await pages.open('/compare', 'empty');
  await picture(page, 'empty-compare');
  await page.getByRole('button', { name: 'Open the example' }).click();
  await page.getByRole('table', { name: 'Results' }).getByText('example', { exact: true }).nth(4).waitFor();
  // A newcomer sees speeds that can be believed: nothing else ran while its runs trained, so the key tells of no doubt.
  await page.getByText('Each number opens how it was computed').waitFor();
  expect(await page.getByText('The runs’ own speed disagrees with the paired one').count()).toBe(0);
  await picture(page, 'example-compare');
  await page.setViewportSize({ width: 960, height: 800 });
  await picture(page, 'example-compare-narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
  expect((await served.lab.runs({ experimentId: null })).map(({ origin }) => origin?.isExample)).toEqual(
    Array<boolean>(25).fill(true),
  );

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByText('Export these experiments for another lab…').click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('experiment-1.esamlab');
  await page.getByText('Saved experiment-1.esamlab, 25 runs.').waitFor();
  const content = readFileSync(await download.path());
  expect(content.subarray(0, 2).toString()).toBe('PK');

  // The example has no checkpoints; with them it goes all the same.
  const again = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByText('Export them with checkpoints…').click();
  await again;

  await page.getByRole('link', { name: 'Runs' }).click();
  await page.getByText('example', { exact: true }).first().waitFor();
  await picture(page, 'example-runs');
  await page.getByRole('button', { name: 'Import runs…' }).click();
  await page.getByText('Choose a bundle of runs (.esamlab)').waitFor();
  await page.locator('#choose-upload').setInputFiles(example);
  await page.getByText('Imported 0 runs; 25 were here already.').waitFor();
  // What is no bundle is refused in words.
  await page.getByRole('button', { name: 'Import runs…' }).click();
  await page.locator('#choose-upload').setInputFiles(resolve('package.json'));
  await page.getByText('package.json is no whole bundle', { exact: false }).waitFor();

  await page.getByRole('link', { name: 'Compare' }).click();
  const reporting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Report' }).click();
  await page.getByText('As a page (HTML)').click();
  const report = await reporting;
  expect(report.suggestedFilename()).toBe('experiment-1-report.html');
  expect(readFileSync(await report.path(), 'utf8')).toContain('These runs are an example');

  const [first] = await served.lab.runs({ experimentId: null });
  await page.goto(`${page.url().split('#')[0] ?? ''}#/runs/${first?.id ?? 0}`);
  await page.getByText('where it is run 1', { exact: false }).waitFor();
  await picture(page, 'example-run');
  expect(complaints).toEqual([]);
  await close();
});

test('where a paired speed is far from that of the runs, the table marks it and its key says which to believe', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'empty');
  await page.getByRole('button', { name: 'Open the example' }).click();
  const rows = page.getByRole('table', { name: 'Results' }).locator('tbody tr');
  await eventually(() => rows.count()).toBe(5);
  const doubt = 'The runs’ own speed disagrees with the paired one';
  expect(await page.getByText(doubt).count()).toBe(0);
  // Measured in turn, SAM now took twice as long as the runs say: every other method is twice as fast beside it.
  const database = new Sqlite(join(served.folder, 'lab.db'));
  const [kept] = database.prepare<[], { arms: string }>('SELECT arms FROM speed_measurement').all();
  const arms = z
    .array(z.looseObject({ optimizer: z.looseObject({ name: z.string() }), roundMs: z.array(z.number()) }))
    .parse(JSON.parse(kept?.arms ?? ''));
  const slower = arms.map((arm) => ({
    ...arm,
    roundMs: arm.optimizer.name === 'sam' ? arm.roundMs.map((ms) => 2 * ms) : arm.roundMs,
  }));
  database.prepare('UPDATE speed_measurement SET arms = ?').run(JSON.stringify(slower));
  database.close();
  await page.reload();
  await page.getByText(doubt).waitFor();
  await eventually(() => rows.getByText('⚠').count()).toBe(4);
  await picture(page, 'compare-doubtful');
  expect(complaints).toEqual([]);
  await close();
});
