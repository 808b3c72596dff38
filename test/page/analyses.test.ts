import { expect, test } from 'vitest';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import { experimentOf, sam, sgd, shared } from '../lab/fixtures/configs.ts';
import { realTrainers } from '../lab/fixtures/labOptions.ts';
import { serveLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('analyses of compared groups are drawn side by side, turned, told in numbers, saved, resumed and started', async () => {
  const { page, complaints, served, close } = await pages.open('/compare', 'analysed');
  const section = page.getByRole('region', { name: 'Analyses of these groups' });
  await section.getByText('23 of 27 rows', { exact: false }).waitFor();
  await section.getByRole('img', { name: /^Loss in the plane of two filter-normalised/ }).waitFor();
  const table = section.getByRole('table', { name: 'Numbers of the analyses' });
  // 1 + 3·(4 + 2·4) at the corners of SGD's.
  await table.getByRole('row', { name: /^Highest.* 37 25 / }).waitFor();
  await page.keyboard.press('Tab'); // who goes on by key is told
  await table.getByText('Highest', { exact: true }).first().focus();
  await page.getByRole('tooltip').getByText('The largest finite loss').waitFor();
  await picture(page, 'analyses-heat');

  // Behind the drawing stand all of its points: 9 of each of the 23 rows.
  await section.getByRole('button', { name: 'Numbers as a table: Loss landscape, Heat map' }).click();
  const points = section.getByRole('region', { name: 'Loss landscape, Heat map, as a table' });
  await points.getByRole('row').nth(207).waitFor();
  await picture(page, 'analyses-points');
  await section.getByRole('button', { name: /^Copy: Loss landscape/ }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const lines = copied
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const [head = [], ...rows] = lines;
  const cell = (row: readonly string[], name: string): string => row[head.indexOf(name)] ?? '';
  const isCorner = (row: readonly string[]): boolean =>
    cell(row, 'direction 1') === '2' && cell(row, 'direction 2') === '2';
  const corners = rows.filter((row) => cell(row, 'panel').startsWith('SGD') && isCorner(row));
  expect(corners.map((row) => cell(row, 'value'))).toEqual(['37']); // 1 + 3·(4 + 2·4)
  await section.getByRole('button', { name: /^Back to the chart/ }).click();

  await section.getByRole('button', { name: 'Surface' }).click();
  const surface = section.getByRole('img', { name: /^SGD.*arrow keys turn it/ });
  await surface.waitFor();
  const seen = (): Promise<string> => surface.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await eventually(seen).not.toBe(await page.evaluate(() => document.createElement('canvas').toDataURL()));
  const before = await seen();
  await surface.press('ArrowLeft');
  await eventually(seen).not.toBe(before);
  const turned = await seen();
  const box = await surface.boundingBox();
  if (box === null) throw new Error('the surface is on screen');
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 80, { steps: 4 });
  await page.mouse.up();
  await eventually(seen).not.toBe(turned);
  await picture(page, 'analyses-surface');
  await section.getByRole('button', { name: 'Save the figure of the analyses' }).click();
  const download = page.waitForEvent('download');
  await page.getByText('SVG, full width').click();
  expect((await download).suggestedFilename()).toBe('landscape-surface.svg');

  await section.getByRole('button', { name: 'Resume' }).click();
  // Nobody's network is in the checkpoints of this workspace, so it fails, in words.
  await eventually(async () => (await served.lab.analyses({})).at(-1)?.state).toBe('failed');

  const analyse = section.getByRole('button', { name: 'Analyse these groups…' });
  await analyse.click();
  const form = section.getByRole('form', { name: 'New analysis' });
  await form.getByRole('button', { name: 'Close' }).click();
  await eventually(() => analyse.evaluate((button) => button === document.activeElement)).toBe(true);
  await analyse.click();
  await form.getByLabel('Analysis', { exact: true }).selectOption({ label: 'Sharpness panel' });
  const draws = form.getByLabel('Draws', { exact: true });
  await draws.fill('1');
  await form.getByText('Draws must be at least 2').waitFor();
  expect(await form.getByRole('button', { name: /^Analyse/ }).isDisabled()).toBe(true);
  await draws.fill('4');
  await picture(page, 'analyses-form');
  await form.getByRole('button', { name: 'Analyse 3 runs' }).click();
  await eventually(
    async () => (await served.lab.analyses({})).filter(({ settings }) => settings.kind === 'sharpness').length,
  ).toBe(3);
  expect(complaints).toEqual([]);
  await close();
});

test('a run’s page has its analyses', async () => {
  const { page, complaints, close } = await pages.open('/runs/16', 'analysed');
  const section = page.getByRole('region', { name: 'Analyses' });
  await section.getByRole('img', { name: /^Loss in the plane of two filter-normalised/ }).waitFor();
  await section.getByRole('button', { name: 'Sections' }).click();
  const drawn = section.getByRole('img', { name: /along each of them through θ/ });
  await drawn.waitFor();
  // It stands on the page's own background.
  await page.emulateMedia({ colorScheme: 'dark' });
  const paper = drawn.locator('svg > path').first();
  await eventually(() => paper.getAttribute('fill')).not.toBe('#ffffff');
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await paper.evaluate((path) => getComputedStyle(path).fill)).toBe(background);
  await section.scrollIntoViewIfNeeded();
  await picture(page, 'analyses-run');
  expect(complaints).toEqual([]);
  await close();
});

test('analyses stand in the queue with what they take, wait while a run trains, and are cancelled and put back there', async () => {
  const served = await serveLab('empty', { launcher: realTrainers });
  const { lab } = served;
  const dataset = { ...shared.dataset, trainSubset: 20, testSubset: 20 };
  const experiment = experimentOf({ shared: { ...shared, dataset, epochs: 1 }, arms: [sgd, sam] });
  const { runIds } = await lab.enqueue(experiment);
  const states = async () => (await lab.runs({ experimentId: null })).map(({ state }) => state);
  await eventually(states).toEqual(['finished', 'finished']);

  const { page, complaints, close } = await pages.openAt(served.address(), '/queue');
  await page.getByText('The queue is empty').waitFor();
  // 500 rows of 5 passes each: neither ends while it is looked at.
  const settings = analysisSettingsSchema.parse({ kind: 'landscape', points: 5, pairs: 100, examples: 4 });
  await lab.analyse({ runIds, settings });
  const queued = page.getByRole('region', { name: 'Analyses' });
  const rowOf = (run: number) =>
    queued.getByRole('row').filter({ has: page.getByRole('link', { name: String(run), exact: true }) });
  await rowOf(1)
    .getByText(/^\d+ of 500 rows, about .* left$/)
    .waitFor();
  await rowOf(2).getByText('0 of 500 rows, waits', { exact: true }).waitFor();
  await queued.getByText('1 analysis runs, 1 waits', { exact: true }).waitFor();
  expect(await queued.getByRole('rowheader').allTextContents()).toEqual([
    expect.stringMatching(/^\s*Loss landscape\s+Points 5, Pairs 100, Images 4 · 2 runs\s*$/),
  ]);
  expect(await page.getByText('The queue is empty').count()).toBe(0);
  await page.getByRole('status', { name: /^Analysis, \d+ of 500 rows, 1 waiting$/ }).waitFor();
  await picture(page, 'queue-analyses');

  // From there to what is drawn of them.
  await queued.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('region', { name: 'Analyses of these groups' }).getByText('2 runs', { exact: true }).waitFor();
  await page.goBack();
  await rowOf(2).getByRole('link', { name: '2' }).click();
  await page.getByRole('region', { name: 'Analyses' }).getByText('0 of 500 rows, waits').waitFor();
  await page.goBack();

  // A run that is added waits for the present one, and the next one for the run.
  await lab.enqueue({ ...experiment, shared: { ...experiment.shared, epochs: 100_000 }, arms: [sgd], seeds: [1] });
  await page.getByText('An analysis is under way; the next run starts after it.', { exact: true }).waitFor();
  await page.getByRole('status', { name: 'Analysing first, 1 waiting, 1 analysis runs, 1 waits' }).waitFor();
  await picture(page, 'queue-run-after-analysis');
  await queued.getByRole('button', { name: 'Cancel Loss landscape of run 1' }).click();
  await queued.getByText('1 analysis waits while a run trains', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await queued.getByText('2 analyses wait while a run trains', { exact: true }).waitFor();
  await rowOf(1)
    .getByText(/^\d+ of 500 rows, waits while a run trains$/)
    .waitFor();
  await picture(page, 'queue-analyses-wait');
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'Queue' });
  await panel.getByRole('link', { name: '2 analyses wait while a run trains' }).waitFor();
  await picture(page, 'live-analyses-wait');
  await panel.getByRole('link', { name: '2 analyses wait while a run trains' }).click();
  await queued.getByRole('button', { name: 'Cancel all analyses' }).click();
  await queued.waitFor({ state: 'detached' });
  expect((await lab.analyses({})).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});
