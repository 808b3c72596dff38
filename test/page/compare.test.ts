import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { percentText, rateText } from '../../shared/numberText.ts';
import { everyGroup } from '../../shared/result.ts';
import { serveLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

const chart = (page: Page, name: string | RegExp) => page.getByRole('img', { name });
const scatter = /^Accuracy against speed/;
const curves = /mean over seeds of each group$/;
const ticksOf = (page: Page, name: string | RegExp, axis: 'x' | 'y') =>
  chart(page, name).locator(`.${axis}-tick`).allTextContents();

test('pointing at a row, a mark, a curve or a key shows the group everywhere; a click hides it in the charts', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  const results = page.getByRole('table', { name: 'Results' });
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const { rows } = await served.lab.results({ ...everyGroup, experimentIds: [quick?.id ?? 0] });
  const sam = rows.find(({ method }) => method === 'sam')?.key ?? '';
  const sgd = rows.find(({ method }) => method === 'sgd')?.key ?? '';
  const row = results.locator(`tr[data-group="${sam}"]`);
  const mark = chart(page, scatter).locator(`[data-group="${sam}"]`);
  const curve = chart(page, curves).locator(`[data-group="${sam}"]`);
  const legend = page.getByRole('group', { name: 'Groups in the charts' });
  const key = legend.getByRole('button', { name: 'SAM', exact: true });
  await mark.waitFor();
  /** The other groups are pale in both charts, and the row and the key of this one are marked. */
  const isShown = async (): Promise<void> => {
    await eventually(() => row.getAttribute('class')).toContain('pointed');
    await eventually(() => key.getAttribute('class')).toContain('pointed');
    for (const name of [scatter, curves]) {
      const other = chart(page, name).locator(`[data-group="${sgd}"]`);
      await eventually(async () => Number(await other.getAttribute('opacity'))).toBeLessThan(0.5);
    }
    expect(await mark.getAttribute('opacity')).toBe('1');
    expect(await curve.getAttribute('opacity')).toBe('1');
  };
  await row.hover();
  await isShown();
  await page.getByRole('heading', { level: 1 }).hover();
  await eventually(() => row.getAttribute('class')).not.toContain('pointed');
  await key.hover();
  await isShown();
  await page.getByRole('heading', { level: 1 }).hover();
  await mark.locator('.mark').hover();
  await isShown();
  await picture(page, 'compare-pointed');
  await page.getByRole('heading', { level: 1 }).hover();
  // At the last epoch the three curves are apart.
  const end = (await curve.locator('path').last().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2);
  await isShown();
  const all = await chart(page, curves).locator('[data-group]').count();
  await page.mouse.dblclick(end.x + end.width / 2, end.y + end.height / 2); // shows all of the axes, and hides nothing
  await page.waitForTimeout(600);
  expect(await chart(page, curves).locator('[data-group]').count()).toBe(all);
  await page.mouse.click(end.x + end.width / 2, end.y + end.height / 2);
  await eventually(() => curve.count()).toBe(0);
  await key.click();
  await eventually(() => curve.count()).toBe(1);
  await key.click();
  await eventually(() => mark.count()).toBe(0);
  await eventually(() => curve.count()).toBe(0);
  expect(await key.getAttribute('aria-pressed')).toBe('false');
  expect(await row.count()).toBe(1); // the table keeps it
  await row.getByRole('button', { name: 'SAM', exact: true }).click();
  await eventually(() => mark.count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('curves show their later half, everything, or the difference to SAM; the pointer tells every group there', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  await chart(page, curves).waitFor();
  const span = async (): Promise<number> => {
    const values = (await ticksOf(page, curves, 'y')).map((text) => Number(text.replace('−', '-')));
    return Math.max(...values) - Math.min(...values);
  };
  const late = await span();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await eventually(span).toBeGreaterThan(2 * late);
  const box = (await chart(page, curves).locator('.edge').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(box.x + box.width * 0.98, box.y + box.height / 2);
  const tip = page.getByRole('status');
  await tip.getByText('Epoch 3').waitFor();
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const query = { ...everyGroup, experimentIds: [quick?.id ?? 0] };
  const ends = (await served.lab.curves({ query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null })).flatMap(
    ({ label, points }) => points.slice(-1).map((point) => ({ label, ...point })),
  );
  const percent = (value: number | null): string => percentText(value ?? 0);
  const told = ends
    .toSorted((a, b) => (b.mean ?? 0) - (a.mean ?? 0))
    .map(({ label, mean, sd, n }) => `${label}|${percent(mean)} ± ${percent(sd)}|n = ${n}`);
  const lines = async (): Promise<string[]> =>
    (await tip.getByRole('row').all()).reduce<Promise<string[]>>(
      async (all, row) => [
        ...(await all),
        (await row.getByRole('cell').allTextContents()).map((text) => text.trim()).join('|'),
      ],
      Promise.resolve([]),
    );
  await eventually(lines).toEqual(told);
  await picture(page, 'compare-tip');
  await page.getByRole('button', { name: 'Difference to SAM' }).click();
  await page.getByText('test accuracy − that of SAM, points').waitFor();
  await page.mouse.move(box.x + box.width * 0.97, box.y + box.height / 3);
  await eventually(async () => (await lines()).find((line) => line.startsWith('SAM'))).toBe('SAM|0.00 ± 0.00|n = 2');
  await picture(page, 'compare-difference');
  // Zooming by dragging ends with the choice.
  await page.mouse.move(box.x + 40, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 140, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Show all' }).waitFor();
  await page.getByRole('button', { name: 'Wall time' }).click();
  await page.getByText('training and evaluation time, s').waitFor();
  await eventually(() => page.getByRole('button', { name: 'Show all' }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('behind each number stand its definition, its formula and the runs from which it was computed', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const { rows } = await served.lab.results({ ...everyGroup, experimentIds: [quick?.id ?? 0] });
  const [sgd, sam] = (['sgd', 'sam'] as const).map((method) => rows.find((row) => row.method === method));
  const results = page.getByRole('table', { name: 'Results' });
  const dialog = page.getByRole('dialog');
  const runsOf = async (label: string): Promise<string[]> => {
    const lines = await dialog
      .getByRole('table', { name: `Runs of ${label}`, exact: true })
      .getByRole('row')
      .all();
    const cells = lines.slice(1).map((line) => line.getByRole('cell').allTextContents());
    return (await Promise.all(cells)).map((texts) => texts.map((text) => text.trim()).join(' '));
  };
  const told = (row: typeof sgd, text: (seed: NonNullable<NonNullable<typeof sgd>['ofSeeds']>[number]) => string) =>
    row?.ofSeeds?.map((seed, index) => `Run ${row.runIds[index] ?? 0} ${row.seeds[index] ?? 0} ${text(seed)}`);

  await results.getByRole('button', { name: /^How Last of SAM was computed/ }).click();
  await dialog.getByText('s = √(Σ(xᵢ − x̄)²/(n − 1))').waitFor();
  await eventually(() => runsOf('SAM')).toEqual(told(sam, ({ lastTestAccuracy: one }) => percentText(one)));
  expect(await dialog.getByRole('table').count()).toBe(1); // no baseline is in it
  await picture(page, 'compare-computed');
  await page.keyboard.press('Escape');
  // Of a ratio the runs on both sides.
  await results.getByRole('button', { name: /^How Speed of SGD was computed/ }).click();
  await eventually(() => runsOf('SGD')).toEqual(told(sgd, ({ imagesPerSecond: one }) => rateText(one ?? NaN)));
  await eventually(() => runsOf('SAM')).toEqual(told(sam, ({ imagesPerSecond: one }) => rateText(one ?? NaN)));
  await page.keyboard.press('Escape');
  // So of columns that are not there at first.
  await page.getByRole('button', { name: /^Columns: / }).click();
  for (const name of ['Test accuracy at equal time', 'Peak memory of a step'])
    await page.getByRole('group', { name: 'Columns' }).getByRole('checkbox', { name }).check();
  await page.keyboard.press('Escape');
  await results.getByRole('button', { name: /^How Peak memory of a step of SAM was computed/ }).click();
  await eventually(() => runsOf('SAM')).toEqual(
    told(sam, (seed) => ((seed.peakStepBytes ?? NaN) / 1e9).toPrecision(3)),
  );
  await page.keyboard.press('Escape');
  await results.getByRole('button', { name: /^How Test accuracy at equal time of SAM was computed/ }).click();
  await eventually(() => runsOf('SAM')).toEqual(told(sam, ({ accuracyAtEqualTime: one }) => percentText(one ?? NaN)));
  await page.keyboard.press('Escape');
  // No number of the table is without; words and the baselines' own dashes have none.
  const bare = await results
    .locator('tbody td.number:not(.setting) > span:not(.mark)')
    .evaluateAll((all) => all.map((one) => one.textContent.trim()));
  expect(bare.filter((text) => /\d/.test(text))).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test('at equal time the table is that of the lab, for the time that is chosen', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  await page.getByRole('button', { name: 'Active time' }).click();
  const table = page.getByRole('table', { name: 'Test accuracy at equal time' });
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const expected = async (equalTimeMs: number | null): Promise<string[]> => {
    const { rows } = await served.lab.results({ ...everyGroup, experimentIds: [quick?.id ?? 0], equalTimeMs });
    return rows
      .toSorted((a, b) => (b.accuracyAtEqualTime?.mean ?? -1) - (a.accuracyAtEqualTime?.mean ?? -1))
      .map(({ label, accuracyAtEqualTime: at }) =>
        at === null ? `${label} –` : `${label} ${percentText(at.mean ?? 0)} ± ${percentText(at.sd ?? 0)} %`,
      );
  };
  const shown = async (): Promise<string[]> =>
    (await table.getByRole('row').all()).reduce<Promise<string[]>>(async (all, row) => {
      const [name = '', value = ''] = await row.getByRole('cell').allTextContents();
      return [...(await all), `${name.trim()} ${value.trim()}`];
    }, Promise.resolve([]));
  await eventually(shown).toEqual(await expected(null));
  const slider = page.getByRole('slider', { name: 'Test accuracy after' });
  await slider.fill(String(Number(await slider.getAttribute('max')) * 0.75));
  const seconds = Number(await slider.inputValue());
  await eventually(shown).toEqual(await expected(1000 * seconds));
  await picture(page, 'compare-equal-time');
  await page.getByRole('button', { name: 'When the shortest run ended' }).click();
  await eventually(shown).toEqual(await expected(null));
  expect(complaints).toEqual([]);
  await close();
});

test('in what the groups were configured differently is a table, and copied', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  await page.getByRole('button', { name: /Configuration difference/ }).click();
  const table = page.getByRole('table', { name: 'Configuration difference' });
  await table.waitFor();
  const line = async (name: string): Promise<string[]> =>
    (
      await table
        .getByRole('row', { name: new RegExp(`^${name}`) })
        .getByRole('cell')
        .allTextContents()
    ).map((text) => text.trim());
  // As in the preset: SGD has neither ρ nor what is ESAM's.
  expect(await line('Weight decay')).toEqual(['Weight decay', '0.0005', '0.001', '0.001']);
  await page.getByRole('region', { name: 'Configuration difference' }).getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied the differences as TSV').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n')[0]).toBe('setting\tSGD\tSAM\tESAM');
  expect(copied).toContain('\nweight decay\t0.0005\t0.001\t0.001\n');
  await table.scrollIntoViewIfNeeded();
  await picture(page, 'compare-differences');
  expect(complaints).toEqual([]);
  await close();
});

test('runs under unlike conditions are split into rows that say theirs, and put together again', async () => {
  const served = await serveLab('full');
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const { rows: before } = await served.lab.results({ ...everyGroup, experimentIds: [quick?.id ?? 0] });
  const one = before.find(({ method }) => method === 'sam')?.runIds[1] ?? 0;
  const database = new Sqlite(join(served.folder, 'lab.db'));
  database.prepare('UPDATE environment SET threads = 64 WHERE run_id = ?').run(one);
  database.close();
  const { page, complaints, close } = await pages.openAt(served.address(), '/compare');
  const rows = page.getByRole('table', { name: 'Results' }).locator('tbody tr');
  await page.getByText('One group has runs that were trained under unlike conditions.').waitFor();
  expect(await rows.count()).toBe(3);
  await page.getByRole('button', { name: 'Split by condition' }).click();
  await eventually(() => rows.count()).toBe(4);
  await page.getByRole('columnheader', { name: 'Trained with' }).waitFor();
  expect(await page.getByRole('cell', { name: 'threads 64', exact: true }).count()).toBe(1);
  await picture(page, 'compare-split');
  await page.getByRole('button', { name: 'Put them together' }).click();
  await eventually(() => rows.count()).toBe(3);
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

/** The rows of a table, its head first: cells between bars. */
const cellsOf = async (table: Locator): Promise<string[]> =>
  table
    .locator('tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent.trim()).join('|')));

test('the numbers behind both charts are tables, reached by the keyboard and copied', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const query = { ...everyGroup, experimentIds: [quick?.id ?? 0] };
  const { rows } = await served.lab.results(query);
  await chart(page, scatter).waitFor();
  const open = async (name: RegExp): Promise<Locator> => {
    const button = page.getByRole('button', { name });
    await button.focus();
    await page.keyboard.press('Enter');
    await eventually(() => button.count()).toBe(0); // it is the way back now
    return page.getByRole('region', { name: /, as a table$/ });
  };
  const four = (value: number | null): string => (value ?? 0).toLocaleString('en-US', { maximumSignificantDigits: 4 });
  /** Percents, all with the decimals of the largest. */
  const percents = (fractions: readonly (number | null)[]): string[] => {
    const values = fractions.map((fraction) => 100 * (fraction ?? 0));
    return values.map((value) => value.toFixed(3 - Math.floor(Math.log10(Math.max(...values)))));
  };
  const groups = await open(/^Numbers as a table: Accuracy against speed/);
  const means = percents(rows.map(({ lastTestAccuracy: { mean } }) => mean));
  const spreads = percents(rows.map(({ lastTestAccuracy: { sd } }) => sd));
  expect(await cellsOf(groups)).toEqual([
    'group|images/s|from|to|last test accuracy, %|sd|n',
    ...rows.map(({ label, imagesPerSecond: { median, min, max }, n }, row) =>
      [label, ...[median, min, max].map(four), means[row], spreads[row], n].join('|'),
    ),
  ]);
  await picture(page, 'compare-scatter-as-table');
  await page.getByRole('button', { name: /^Copy: Accuracy against speed/ }).click();
  await page.getByText('Copied 3 rows as TSV').waitFor();
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
  expect(Number(copied[1]?.split('\t')[4])).toBeCloseTo(100 * (rows[0]?.lastTestAccuracy.mean ?? 0), 7);
  await picture(page, 'compare-copied');
  await page.getByRole('button', { name: /^Back to the chart: Accuracy against speed/ }).click();
  await eventually(() => groups.count()).toBe(0);
  const points = await open(/^Numbers as a table: Test accuracy, mean/);
  const curvesHere = await served.lab.curves({ query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null });
  const all = curvesHere.flatMap(({ label, points: their }) => their.map((point) => ({ label, ...point })));
  const [meansHere, spreadsHere] = [percents(all.map(({ mean }) => mean)), percents(all.map(({ sd }) => sd))];
  expect(await cellsOf(points)).toEqual([
    'group|epoch|test accuracy, %|sd|n',
    ...all.map(({ label, x, n }, row) => [label, x, meansHere[row], spreadsHere[row], n].join('|')),
  ]);
  expect(complaints).toEqual([]);
  await close();
});

test('beside groups of the paper’s network and data stand its values, hollow, with their source and what is not alike; they can be left out', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'asPaper');
  const hollow = chart(page, scatter).locator('.published');
  await eventually(() => hollow.count()).toBe(3);
  const told = await hollow.locator('title').allTextContents();
  // As in Table 1 of the paper.
  expect(told[1]).toContain('SAM, paper (Table 1, ResNet-18 on cifar10): 96.52 ± 0.13 %, 1,717 images/s');
  expect(told[1]).toMatch(/trained otherwise: .*epochs/);
  await page.getByText('hollow: the paper’s, trained otherwise').waitFor();
  const choice = page.getByRole('checkbox', { name: 'Published values' });
  expect(await choice.getAttribute('title')).toContain('Hollow: published values (Table 1)');
  const middle = async (locator: Locator): Promise<number> => {
    const box = (await locator.boundingBox()) ?? { x: 0, width: 0 };
    return box.x + box.width / 2;
  };
  // The paper's SAM stands at our SAM's speed: only its ratios can be compared.
  const ours = chart(page, scatter)
    .locator('[data-group]')
    .filter({ has: page.locator('.mark') });
  const xs = await Promise.all((await ours.locator('.mark').all()).map(middle));
  const sam = await middle(chart(page, scatter).locator('[data-published="sam"] path').last());
  expect(Math.min(...xs.map((x) => Math.abs(x - sam)))).toBeLessThan(1);
  await picture(page, 'compare-paper');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the figure of speed and accuracy' }).click();
  await page.getByText('Data as CSV', { exact: true }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('like-table-1-beta-0-6-speed-accuracy.csv');
  const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
  expect(lines.filter((line) => line.startsWith('1,published'))).toHaveLength(3);
  expect(lines.filter((line) => line.startsWith('1,run,'))).toHaveLength(6);
  await page.getByRole('checkbox', { name: 'Published values' }).click();
  await eventually(() => hollow.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('a curve has a gap where a loss was not finite, and the chart says which and where', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'asPaper');
  await chart(page, curves).waitFor();
  await page.getByRole('combobox', { name: 'Quantity' }).selectOption({ label: 'Test loss' });
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByText('Gap: SAM at epoch 3–4').waitFor();
  const strokes = async (): Promise<number[]> =>
    (
      await chart(page, curves)
        .locator('[data-group] .line')
        .evaluateAll((lines) => lines.map((line) => line.getAttribute('d') ?? ''))
    ).map((d) => d.split('M').length - 1);
  await eventually(async () => (await strokes()).toSorted()).toEqual([1, 1, 2]);
  await picture(page, 'compare-gap');
  await page.getByRole('button', { name: /^Numbers as a table: Test loss/ }).click();
  const lines = await cellsOf(page.getByRole('region', { name: /, as a table$/ }));
  expect(lines.filter((line) => line.includes('NaN')).map((line) => line.split('|').slice(0, 3))).toEqual([
    ['SAM', '3', 'NaN'],
    ['SAM', '4', 'NaN'],
  ]);
  // And so has the run's own.
  await page.goto(`${new URL(page.url()).origin}/#/runs/2`);
  await page.getByText('Gap: test at epoch 3–4').waitFor();
  await picture(page, 'run-gap');
  expect(complaints).toEqual([]);
  await close();
});

test('columns are dragged, or moved by buttons, in Compare and in Runs', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  const results = page.getByRole('table', { name: 'Results' });
  const heads = async (): Promise<string[]> =>
    (await results.getByRole('columnheader').allTextContents()).map((text) => text.trim());
  await eventually(heads).toContain('Total');
  const before = await heads();
  const head = (name: string): Locator => results.getByRole('columnheader', { name, exact: true });
  await head('Total').dragTo(head('n'));
  const at = before.indexOf('n');
  await eventually(heads).toEqual(before.filter((name) => name !== 'Total').toSpliced(at, 0, 'Total'));
  await page.getByRole('button', { name: /^Columns: / }).click();
  const columns = page.getByRole('group', { name: 'Columns' });
  await columns.getByRole('button', { name: /^Move n left$/ }).press('Enter');
  await eventually(async () => (await heads()).slice(at, at + 2)).toEqual(['n', 'Total']);
  await picture(page, 'compare-columns');
  await page.keyboard.press('Escape');
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  const runs = page.getByRole('table', { name: 'Runs by configuration' });
  const runHeads = async (): Promise<string[]> =>
    (await runs.getByRole('columnheader').allTextContents()).map((text) => text.trim()).slice(2);
  await eventually(async () => (await runHeads()).length).toBeGreaterThan(2);
  const [first = '', second = '', ...others] = await runHeads();
  await runs.getByRole('columnheader').nth(3).dragTo(runs.getByRole('columnheader').nth(2));
  await eventually(runHeads).toEqual([second, first, ...others]);
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page
    .getByRole('button', { name: /^Move .* right$/ })
    .first()
    .waitFor();
  await picture(page, 'runs-columns-order');
  expect(complaints).toEqual([]);
  await close();
});

test('of groups that are too many the best are drawn, and whichever is clicked; the table has them all when asked', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'crowded');
  const table = page.getByRole('table', { name: 'Results' });
  const drawn = () => page.getByRole('img', { name: /^Test accuracy, mean/ }).locator('g[data-group]');
  const legend = page.getByRole('group', { name: 'Groups in the charts' });
  await page.getByText(/The charts have 60 of 102 groups: the baselines, and those with the best/).waitFor();
  await eventually(() => drawn().count()).toBe(60);
  expect(await legend.getByRole('button').count()).toBe(60);
  for (const name of ['SGD', 'SAM', 'β 0.95, γ 0.95'])
    await legend.getByRole('button', { name, exact: true }).waitFor();
  expect(await legend.getByRole('button', { name: 'β 0.1, γ 0.1', exact: true }).count()).toBe(0);
  await picture(page, 'compare-crowded');
  const rows = table.locator('tbody tr');
  const [worst, best] = [/ESAM 0\.001 0\.1 0\.1 /, /ESAM 0\.001 0\.95 0\.95 /].map((name) =>
    table.getByRole('row', { name }),
  );
  await page.getByText('100 of 102 groups: the baselines, and those with the best test accuracy.').waitFor();
  expect([await rows.count(), await worst?.count(), await best?.count()]).toEqual([100, 0, 1]);
  const all = page.getByRole('button', { name: 'Show all 102 rows' });
  await all.scrollIntoViewIfNeeded();
  await picture(page, 'compare-best-rows');
  await all.click();
  await eventually(() => rows.count()).toBe(102);
  await worst?.getByRole('button').first().click();
  await legend.getByRole('button', { name: 'β 0.1, γ 0.1', exact: true }).waitFor();
  await eventually(() => drawn().count()).toBe(61);
  await page.getByRole('button', { name: 'Show the best 100 only' }).click();
  await eventually(() => rows.count()).toBe(100);
  expect(complaints).toEqual([]);
  await close();
});

test('in the key a group is told by no more than tells it from the others of its method', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  await page.getByRole('button', { name: /^Experiments:/ }).click();
  await page.getByRole('button', { name: 'All experiments', exact: true }).click();
  await page.keyboard.press('Escape');
  const legend = page.getByRole('group', { name: 'Groups in the charts' });
  await eventually(() => legend.getByRole('button', { name: 'Letters', exact: true }).count()).toBe(3);
  const mnist = legend.getByRole('button', { name: 'MNIST', exact: true }).first();
  expect(await mnist.getAttribute('title')).toMatch(/^SGD \(MNIST, training subset 12,000, epochs 3\)\. Click/);
  await picture(page, 'compare-key');
  expect(complaints).toEqual([]);
  await close();
});

/** 1280 px at 150 %, and wide. */
test.each([853, 1600])(
  'many groups at %i px: settings in columns, short names, four ticks, nothing cut off',
  async (width) => {
    const served = await serveLab('many');
    const { page, complaints, close } = await pages.openAt(served.address(), '/compare', {
      colorScheme: width < 1000 ? 'dark' : 'light',
      viewport: { width, height: 1000 },
    });
    const rows = page.getByRole('table', { name: 'Results' }).locator('tbody tr');
    await eventually(() => rows.count()).toBe(51);
    const headers = (await page.getByRole('columnheader').allTextContents()).map((text) => text.trim());
    expect(headers).toEqual(expect.arrayContaining(['Method', 'Weight decay', 'β', 'γ']));
    // A method is its mark and its name.
    expect(new Set((await rows.locator('td:first-child').allTextContents()).map((text) => text.trim()))).toEqual(
      new Set(['SGD', 'SAM', 'ESAM']),
    );
    const legend = page.getByRole('group', { name: 'Groups in the charts' });
    expect(await legend.getByRole('button').count()).toBe(51);
    await legend.getByRole('button', { name: 'β 0.7, γ 0.8', exact: true }).hover();
    for (const name of [scatter, curves])
      for (const axis of ['x', 'y'] as const) {
        const ticks = await ticksOf(page, name, axis);
        expect(ticks.length).toBeGreaterThanOrEqual(4);
        expect(new Set(ticks).size).toBe(ticks.length);
      }
    await picture(page, `compare-many-${width}`);
    await page.locator('.charts').evaluate((element) => element.scrollIntoView());
    await picture(page, `compare-many-charts-${width}`);
    // So many are searched; Escape closes the menu and goes back to its button.
    const menu = page.getByRole('button', { name: /^Groups: / });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Find in groups').fill('β 0.3, γ 0.9');
    const found = page.getByRole('group', { name: 'Groups', exact: true }).getByRole('checkbox');
    await eventually(async () => (await found.allInnerTexts()).map((text) => text.trim())).toEqual([
      'ESAM (β 0.3, γ 0.9)',
    ]);
    await page.keyboard.press('Escape');
    await eventually(() => found.count()).toBe(0);
    await eventually(() => menu.evaluate((element) => element === document.activeElement)).toBe(true);
    // Each seed a dot, the best joined, the surpassed dim; a method's groups told apart by shape and dash, and names led to their marks.
    const points = chart(page, scatter);
    expect(await points.locator('.seed').count()).toBe(102);
    expect(await points.locator('.front').count()).toBe(1);
    expect(await points.locator('.dominated').count()).toBeGreaterThan(0);
    expect(await points.locator('.leader').count()).toBeGreaterThan(0);
    // Over β every group of ESAM is a dot; at each of the seven β the best, which is γ 0.9, stands on the line.
    const sensitivity = page.getByRole('figure', { name: 'Sensitivity' });
    expect(await sensitivity.locator('.dot').count()).toBe(49);
    const best = await sensitivity.locator('.line').getAttribute('d');
    expect(best?.match(/[ML]/g)).toHaveLength(7);
    const values = (await sensitivity.locator('.x-tick').allTextContents()).map((text) => text.trim());
    expect(values).toEqual(['0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9']);
    await sensitivity.locator('.mark').first().hover();
    await sensitivity.getByText('ESAM (β 0.3, γ 0.9)').waitFor();
    await sensitivity.scrollIntoViewIfNeeded();
    await picture(page, `compare-sensitivity-${width}`);
    // However far its columns reach, a difference's name stays in sight, and so does the head above it.
    await page.getByRole('button', { name: /Configuration difference/ }).click();
    const difference = page.getByRole('table', { name: 'Configuration difference' });
    const foremost = difference.locator('..').evaluate((box) => {
      box.scrollIntoView({ block: 'center' });
      box.scrollLeft = box.scrollWidth;
      const { left, top } = box.getBoundingClientRect();
      return [8, 48].map((below) => document.elementFromPoint(left + 8, top + below)?.textContent.trim());
    });
    expect(await foremost).toEqual(['Setting', 'Weight decay']);
    await picture(page, `compare-differences-end-${width}`);
    await page.getByRole('button', { name: /Configuration difference/ }).click();
    await sensitivity.getByRole('combobox', { name: 'Setting' }).selectOption({ label: 'γ' });
    await legend.getByRole('button', { name: 'β 0.7, γ 0.8', exact: true }).click();
    await eventually(() => sensitivity.locator('.dot').count()).toBe(48);
    await sensitivity.getByRole('button', { name: /^Save figure/ }).click();
    const downloading = page.waitForEvent('download');
    await page.getByText('Data as CSV', { exact: true }).click();
    const saved = await downloading;
    expect(saved.suggestedFilename()).toMatch(/-sensitivity-optimizer-gamma\.csv$/);
    // The head, 49 groups but for the one that is hidden, and the best of each of the seven γ.
    const lines = (await readFile(await saved.path(), 'utf8')).trim().split('\r\n');
    expect(lines.length).toBe(1 + 48 + 7);
    const looks = await legend
      .locator('svg')
      .evaluateAll((marks) => marks.map((mark) => mark.innerHTML.replaceAll(/data-v-\w+=""/g, '')));
    expect(new Set(looks).size).toBeGreaterThan(30);
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.view-body, .view-head, .scroll')]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map(({ className }) => className),
    );
    expect(wide).toEqual([]);
    // A list that became short is not searched any more, whatever was looked for: all that is left is offered.
    await menu.click();
    await page.getByLabel('Find in groups').fill('β 0.3, γ 0.9');
    await eventually(() => found.count()).toBe(1);
    await page.keyboard.press('Escape');
    const runs = await served.lab.runs({ experimentId: null });
    const left = [...new Set(runs.map(({ groupHash }) => groupHash))].slice(0, 4);
    const others = runs.filter(({ groupHash }) => !left.includes(groupHash));
    await served.lab.deleteRuns({ runIds: others.map(({ id }) => id), deleted: true });
    await eventually(() => rows.count()).toBe(4);
    await menu.click();
    await eventually(() => found.count()).toBe(4);
    expect(await page.getByLabel('Find in groups').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
    await served.close();
  },
);
