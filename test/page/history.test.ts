import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { percentText } from '../../shared/numberText.ts';
import { everyGroup, usualExport } from '../../shared/result.ts';
import { comparisonColumns } from '../../shared/results/gainColumns.ts';
import { processor } from '../../src-main/lab/processor.ts';
import { moreSeeds, seedsText } from '../../src-renderer/moreSeeds.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('runs are grouped by configuration, found, opened, deleted and brought back', async () => {
  const { page, complaints, close } = await pages.open('/runs', 'full');
  // Five arms on Letters and three on MNIST; only what differs has a column.
  const groups = page.locator('tr.group');
  await eventually(() => groups.count()).toBe(8);
  const headers = await page.getByRole('columnheader').allTextContents();
  expect(headers.map((text) => text.trim())).toEqual(
    expect.arrayContaining(['Weight decay', 'β', 'γ', 'Data set', 'Epochs']),
  );
  expect(headers).not.toContain('Batch size');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('letters esam-swp');
  await eventually(() => groups.count()).toBe(1);
  await page.getByRole('combobox', { name: 'Search the runs' }).fill('');
  await page.getByLabel('State').selectOption({ label: 'interrupted' });
  await eventually(() => groups.count()).toBe(1);
  await page.getByRole('button', { name: 'ESAM-SWP' }).click();
  await page.getByText('The app was closed while this run was in epoch 5 of 8.').waitFor();
  await picture(page, 'runs-open');
  await page.getByRole('link', { name: 'Run 14' }).click();
  await page.getByRole('cell', { name: '4', exact: true }).first().waitFor();
  const { cpuModel, cpuCores } = processor();
  await page.getByText(`${cpuModel}, ${cpuCores} cores`).waitFor();
  await page.getByText('oneDNN', { exact: true }).waitFor();
  // The fixtures' 61 MB, 0.62 MB for each image of a batch of 128, and SAM's own copy of 93,322 parameters.
  await page.getByRole('row', { name: /^Peak memory of a step\s+140\.7 MB$/ }).waitFor();
  await page.getByRole('columnheader', { name: 'Peak memory' }).scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Run 14 is in the trash.').waitFor();
  // What was asked for is still asked for.
  await page.getByText('No run matches.').waitFor();
  await page.getByLabel('State').selectOption({ label: 'Any state' });
  await eventually(() => page.getByText('20 runs in 8 configurations').count()).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(() => page.getByText('21 runs in 8 configurations').count()).toBe(1);
  // A narrow window has room for the whole head and for every column, also while a configuration is open.
  await page.setViewportSize({ width: 960, height: 700 });
  await eventually(() => page.locator('.view-head').evaluate(({ clientHeight }) => clientHeight)).toBeLessThan(52);
  const tooWide = (): Promise<number> =>
    page.locator('.view-body').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  await eventually(tooWide).toBe(0);
  await page.getByRole('button', { expanded: true }).click();
  await eventually(tooWide).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

const columns = Array.from({ length: 14 }, (_, index) => `column${index}`);
const noteWithTables = [
  '**Odd**: the same with other ρ.',
  '',
  '| ρ | accuracy, % | what |',
  '| --- | ---: | --- |',
  '| 0.05 | 96.1 | `a \\| b`, <b>no HTML</b> |',
  '| 0.1 | 95.88 |',
  '',
  `| ${columns.join(' | ')} |`,
  `|${' --- |'.repeat(columns.length)}`,
  `|${' 0.123456 |'.repeat(columns.length + 1)}`,
].join('\n');

test('runs are marked, noted, and found by a query that is completed', async () => {
  const { page, served, complaints, close } = await pages.open('/runs', 'full');
  const groups = page.locator('tr.group');
  const search = page.getByRole('combobox', { name: 'Search the runs' });
  await eventually(() => groups.count()).toBe(8);
  await search.pressSequentially('meth');
  await page.getByRole('option', { name: /^method/ }).waitFor();
  await search.press('Tab');
  await search.pressSequentially('esam-s');
  await picture(page, 'runs-completion');
  await page.getByRole('option', { name: /^ESAM-SWP/ }).click();
  expect(await search.inputValue()).toBe('method:ESAM-SWP ');
  await eventually(() => groups.count()).toBe(1);
  await search.fill('β<0.9 best>0.1 -method:esam-swp');
  const expected = (await served.lab.runs({ experimentId: null })).filter(
    ({ config: { optimizer } }) => optimizer.name === 'esam' && optimizer.beta < 0.9 && optimizer.gamma < 1,
  );
  await eventually(() => groups.count()).toBe(new Set(expected.map(({ groupHash }) => groupHash)).size);
  await search.fill('colour:red');
  await page.getByText('There is no “colour” to ask for').waitFor();

  await search.fill('run:14,13');
  await page.getByRole('checkbox', { name: /^Select all ESAM-SWP/ }).click();
  await page.getByRole('button', { name: 'Mark…' }).click();
  await page.getByLabel('New tag').fill('two words');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText(/^A tag is one word/).waitFor();
  await page.getByLabel('New tag').fill('paper');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await eventually(async () => (await served.lab.annotations({})).map(({ tags }) => tags)).toContainEqual(['paper']);
  await picture(page, 'runs-mark');
  await page.keyboard.press('Escape');
  await page.goto(`${new URL(page.url()).origin}/#/runs/14`);
  await page.getByRole('button', { name: 'Star run 14' }).click();
  const write = page.getByRole('button', { name: 'Write a note' });
  await write.click();
  await page.keyboard.type('3'); // is no view's number here
  expect(await page.getByLabel('Note, in Markdown').inputValue()).toBe('3');
  await page.keyboard.press('Escape');
  await eventually(() => write.evaluate((button) => button === document.activeElement)).toBe(true);
  await write.click();
  await page.getByLabel('Note, in Markdown').fill('**Odd**: <img src=x onerror=alert(1)> see `run 13`');
  await page.getByRole('button', { name: 'Keep note' }).click();
  const note = page.getByLabel('Marks and note');
  expect(await note.locator('strong').textContent()).toBe('Odd');
  expect(await note.locator('img').count()).toBe(0); // HTML in a note is text
  await picture(page, 'run-note');
  await page.getByRole('button', { name: 'Change the note' }).click();
  await page.getByLabel('Note, in Markdown').fill(noteWithTables);
  await page.getByRole('button', { name: 'Keep note' }).click();
  await eventually(() => note.getByRole('table').count()).toBe(2);
  const [narrow, wide] = [note.getByRole('table').first(), note.getByRole('table').nth(1)];
  expect(await narrow.getByRole('columnheader').allTextContents()).toEqual(['ρ', 'accuracy, %', 'what']);
  const textsOf = (row: number) => narrow.getByRole('row').nth(row).getByRole('cell').allTextContents();
  expect(await textsOf(1)).toEqual(['0.05', '96.1', 'a | b, <b>no HTML</b>']);
  expect(await textsOf(2)).toEqual(['0.1', '95.88', '']);
  expect(await wide.getByRole('cell').count()).toBe(columns.length); // what has no column is left out
  expect(await narrow.locator('b, a, script').count()).toBe(0);
  const alignOf = (cell: number) =>
    narrow
      .getByRole('cell')
      .nth(cell)
      .evaluate((element) => getComputedStyle(element).textAlign);
  expect([await alignOf(0), await alignOf(1)]).toEqual(['left', 'right']);
  // A wide one scrolls in its own box, the page does not, and the keyboard gets there.
  const box = wide.locator('..');
  const overhang = (element: Element): number => element.scrollWidth - element.clientWidth;
  expect(await box.evaluate(overhang)).toBeGreaterThan(0);
  expect(await page.locator('.view-body').evaluate(overhang)).toBe(0);
  await box.focus();
  await page.keyboard.press('ArrowRight');
  await eventually(() => box.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `run-note-tables-${colorScheme}`);
  }
  const [said] = (await served.lab.annotations({})).filter(({ runId }) => runId === 14);
  expect(said).toMatchObject({ starred: true });
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  await search.fill('is:starred note:odd');
  await eventually(() => groups.count()).toBe(1);
  await served.lab.annotate({ runIds: [14], change: { archived: true } });
  await search.fill('run:14');
  await page.getByText('No run matches.').waitFor();
  await search.fill('run:14 is:archived');
  await eventually(() => groups.count()).toBe(1);
  // Who archives runs is told where they went, and brings them back.
  await search.fill('run:0');
  await page.getByText('No run matches.').waitFor(); // or the menu would be that of what was shown before
  await search.fill('run:13');
  await groups.click({ button: 'right' });
  await page.getByText('Archive', { exact: true }).click();
  await page.getByText('Run 13 is archived: “is:archived” finds it.').waitFor();
  await page.getByText('No run matches.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(() => groups.count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test('an interrupted run is resumed, a finished one extended where its schedule allows it', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/14', 'full');
  await page.getByText('1.5 MB; the last after epoch 4').waitFor();
  const database = new Sqlite(join(served.folder, 'lab.db'));
  database.exec('UPDATE environment SET threads = 64 WHERE run_id = 14');
  database.close();
  await page.getByRole('button', { name: 'Resume' }).click();
  // What these fixtures' runs say that they were trained by is not what is here.
  const question = page.getByRole('dialog', { name: 'These runs would not go on exactly' });
  await question.getByText(/Run 14: threads 64, now \d+; engine Scripted engine \(CPU\), now TensorFlow 2/).waitFor();
  await picture(page, 'inexact-resume');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await eventually(() => question.count()).toBe(0);
  expect(page.url()).toMatch(/runs\/14/);
  // While the page is open, elsewhere: where it goes on shows once its trainer has told, not when the run has ended.
  const standing = served.standStill();
  await served.lab.resumeRuns({ runIds: [14] });
  const goOn = await standing;
  await page.getByRole('heading', { name: 'Where it went on' }).waitFor();
  await page.getByText(/^After epoch 4, step /).scrollIntoViewIfNeeded();
  expect((await served.lab.run({ runId: 14 })).run.state).toBe('running');
  await picture(page, 'went-on');
  goOn();
  expect(complaints).toEqual([]);
  await close();

  const given = await pages.open('/runs/14', 'full');
  await given.page.getByRole('button', { name: 'Mark as failed' }).click();
  await given.page.getByText(/Marked as failed by you\. Before: /).waitFor();
  expect(await given.page.getByRole('button', { name: 'Mark as failed' }).count()).toBe(0);
  await given.page.getByRole('button', { name: 'Resume' }).click();
  await given.page.getByRole('button', { name: 'Resume anyway' }).click();
  await given.page.waitForURL(/live/);
  await given.page.getByText('Run 14', { exact: false }).first().waitFor();
  await given.close();

  const finished = await pages.open('/runs/1', 'full');
  await finished.page.getByRole('button', { name: 'Extend…' }).click();
  await finished.page.getByText('The learning rate of a cosine schedule depends on the number of epochs').waitFor();
  await finished.close();
});

test('whether a run whose data are gone may go on inexactly is not asked: it is refused at once', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/15', 'full');
  await served.lab.deleteDataset({ id: 'letters' });
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('alert').getByText('"letters"').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect((await served.lab.run({ runId: 15 })).run.state).toBe('stopped');
  await picture(page, 'resume-without-data');
  expect(complaints).toEqual([]);
  await close();
});

test('a run and a group become a new experiment, which is changed, told, undone and queued', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/3', 'full');
  await page.getByRole('button', { name: 'Use as new experiment' }).click();
  await page.waitForURL(/new/);
  expect(await page.getByLabel(/^Name/).inputValue()).toBe('Parts of ESAM (from run 3)');
  expect(await page.getByLabel(/^Seeds/).inputValue()).toBe('0');
  await page.getByText('From run 3.').waitFor();
  const rows = page.getByLabel('Runs of this experiment').locator('tbody tr');
  await eventually(() => rows.filter({ hasText: 'done, run 3' }).count()).toBe(1);
  await page.getByLabel(/^Epochs/).fill('9');
  await page.getByText('From run 3; changed: epochs 8 → 9.').waitFor();
  await picture(page, 'new-from-run');
  await page.getByRole('button', { name: /^Undo/ }).click();
  expect(await page.getByLabel(/^Name/).inputValue()).toBe('Quick comparison');
  // All runs of a group: its seeds.
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  await page
    .getByRole('checkbox', { name: /^Select all/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Use as new experiment' }).click();
  expect(await page.getByLabel(/^Seeds/).inputValue()).toBe('0, 1');
  await page.getByLabel('Arm 1 rho').fill('0.1');
  await page.getByText('From 2 runs; changed: ρ 0.05 → 0.1.').waitFor();
  await eventually(() => rows.count()).toBe(2);
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await page.waitForURL(/live/);
  const added = (await served.lab.runs({ experimentId: null })).filter(({ id }) => id > 21);
  expect(added.map(({ config }) => [config.optimizer.name, config.seed])).toEqual([
    ['esam', 0],
    ['esam', 1],
  ]);
  for (const { config } of added) expect(config.optimizer).toMatchObject({ rho: 0.1 });
  // And from the menu of a row.
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  await page.locator('tr.group').last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Use as new experiment' }).click();
  await page.waitForURL(/new/);
  // Of runs on different data each has its own.
  await page.goto(`${new URL(page.url()).origin}/#/runs`);
  for (const index of [1, -1])
    await page
      .getByRole('checkbox', { name: /^Select all/ })
      .nth(index)
      .click();
  await page.getByRole('button', { name: 'Use as new experiment' }).click();
  await page.waitForURL(/new/);
  await page
    .getByLabel(/^Arm \d+ .*, of its own$/)
    .first()
    .waitFor();
  await picture(page, 'new-from-different');
  expect(complaints).toEqual([]);
  await close();
});

test('the trash is a filter: runs come back from it, or go for good with their checkpoints', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/14', 'full');
  const { checkpointBytes } = (await served.lab.run({ runId: 14 })).run;
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('20 runs in 8 configurations').waitFor();
  await page.getByRole('button', { name: 'Trash (1)' }).click();
  expect(await page.getByLabel('State').locator('option:checked').textContent()).toContain('in the trash');
  const row = page.locator('tr.group');
  await eventually(() => row.count()).toBe(1);
  await row.click({ button: 'right' });
  await page.getByText('Restore', { exact: true }).click();
  await page.getByText('Run 14 is back.').waitFor();
  await page.getByText('No such run is in the trash.').waitFor();
  expect(await page.getByRole('button', { name: 'Empty trash' }).isDisabled()).toBe(true);
  await served.lab.deleteRuns({ runIds: [14], deleted: true });
  await eventually(() => row.count()).toBe(1);
  await picture(page, 'runs-trash');
  await page.getByRole('button', { name: 'Empty trash' }).click();
  const size = `${(checkpointBytes / 1e6).toFixed(1)} MB of checkpoints`;
  await page.getByText(`1 run, ${size} go for good.`).waitFor();
  await page.getByRole('button', { name: 'Empty', exact: true }).click();
  await page.getByText(`1 run is gone for good, with ${size}.`).waitFor();
  await page.getByRole('button', { name: 'Show all runs' }).click();
  await page.getByText('20 runs in 8 configurations').waitFor();
  expect(await page.getByRole('button', { name: 'Trash', exact: true }).isDisabled()).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});

test('the list is sorted by any header, has the columns that were chosen, and is kept as a view', async () => {
  const { page, served, complaints, close } = await pages.open('/runs', 'full');
  const groups = page.locator('tr.group');
  await eventually(() => groups.count()).toBe(8);
  // What was measured stands before what was set.
  const headers = async (): Promise<string[]> =>
    (await page.getByRole('columnheader').allTextContents()).map((text) => text.trim()).filter((text) => text !== '');
  expect((await headers()).slice(0, 5)).toEqual(['Method', 'Finished', 'Last, %', 'Best, %', 'Images/s']);
  const { rows } = await served.lab.results(everyGroup);
  const expected = rows
    .map(({ bestTestAccuracy: { mean } }) => mean)
    .filter((mean) => mean !== null)
    .sort((a, b) => b - a)
    .map((mean) => percentText(mean));
  const best = page.getByRole('columnheader', { name: 'Best' });
  const bests = async (): Promise<(string | undefined)[]> =>
    (await groups.locator('td:nth-child(5)').allTextContents()).map((text) => text.trim().split(' ')[0]);
  await best.getByRole('button').click();
  expect(await best.getAttribute('aria-sort')).toBe('descending');
  await eventually(bests).toEqual(expected);
  await best.getByRole('button').click();
  await eventually(bests).toEqual(expected.toReversed());
  // Method and tick stay where they are, however far one goes to the right.
  await page.setViewportSize({ width: 640, height: 533 });
  const name = groups.first().locator('td.name');
  const before = await name.boundingBox();
  const wide = page.locator('.view-body');
  await wide.evaluate((body) => body.scrollTo(body.scrollWidth, 0));
  await eventually(() => wide.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(50);
  expect(await name.boundingBox()).toEqual(before);
  await page.setViewportSize({ width: 1280, height: 800 });
  // Of ESAM alone, what only tells it from others is no column any more.
  const search = page.getByRole('combobox', { name: 'Search the runs' });
  await search.fill('data:letters method:esam,esam-swp');
  await eventually(() => groups.count()).toBe(2);
  expect(await headers()).not.toContain('Epochs');
  expect(await headers()).toContain('γ');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByLabel('Find a column').fill('batch');
  await page.getByRole('checkbox', { name: 'Batch size' }).click();
  await page.getByLabel('Find a column').fill('');
  await page.getByRole('checkbox', { name: 'Seed', exact: true }).click();
  await page.getByRole('checkbox', { name: 'By configuration' }).click();
  await picture(page, 'runs-columns');
  await page.keyboard.press('Escape');
  const runs = page.locator('tr.run');
  await eventually(() => runs.count()).toBe(6);
  expect(await headers()).toEqual(expect.arrayContaining(['Batch size', 'Seed']));
  await page.getByRole('button', { name: 'Views: the present one is not kept' }).click();
  await page.getByLabel('Name of the view').fill('letters');
  await page.getByRole('button', { name: 'Keep view' }).click();
  await page.getByRole('button', { name: 'View: letters' }).waitFor();
  const [kept] = await served.lab.runViews({});
  expect(kept).toMatchObject({
    name: 'letters',
    view: {
      query: 'data:letters method:esam,esam-swp',
      sort: { column: 'best', isDescending: false },
      isGrouped: false,
    },
  });
  // All from one tick to another, and all that are shown.
  const ticks = page.getByRole('checkbox', { name: /^Select run/ });
  await ticks.nth(1).click();
  await ticks.nth(4).click({ modifiers: ['Shift'] });
  await page.getByText('4 selected').waitFor();
  await picture(page, 'runs-selected');
  await page.getByRole('checkbox', { name: 'Choose all runs shown' }).click();
  await page.getByText('6 selected').waitFor();
  await page.getByRole('button', { name: 'None' }).click();
  await search.fill('');
  await eventually(() => runs.count()).toBe(21);
  await page.getByRole('button', { name: 'Views: the present one is not kept' }).click();
  await page.getByRole('button', { name: 'letters', exact: true }).click();
  await eventually(() => runs.count()).toBe(6);
  expect(complaints).toEqual([]);
  await close();
});

test('a query that is being written shows what was found last, until it is whole', async () => {
  const { page, complaints, close } = await pages.open('/runs', 'full');
  const groups = page.locator('tr.group');
  const search = page.getByRole('combobox', { name: 'Search the runs' });
  await eventually(() => groups.count()).toBe(8);
  await search.fill('data:letters');
  await eventually(() => groups.count()).toBe(5);
  await search.pressSequentially(' method:es');
  await page.getByText('Until the query is whole: what “data:letters').waitFor();
  expect(await groups.count()).toBe(5);
  await search.pressSequentially('am');
  await eventually(() => groups.count()).toBe(1);
  expect(await page.getByText('Until the query is whole').count()).toBe(0);
  await search.fill('data:letters seed:77');
  await page.getByText('No run matches.').waitFor(); // whole, and nothing is found
  expect(complaints).toEqual([]);
  await close();
});

test('groups chosen among the runs are compared', async () => {
  const { page, complaints, close } = await pages.open('/runs', 'full');
  for (const index of [3, 4, 7])
    await page
      .getByRole('checkbox', { name: /^Select all/ })
      .nth(index)
      .click();
  await page.getByRole('button', { name: 'Compare' }).click();
  const rows = page.getByRole('table', { name: 'Results' }).locator('tbody tr');
  await eventually(() => rows.count()).toBe(3);
  expect(complaints).toEqual([]);
  await close();
});

test('both baselines can be chosen', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  const row = (method: string) =>
    page
      .getByRole('table', { name: 'Results' })
      .locator('tbody tr')
      .filter({ has: page.getByText(method, { exact: true }) });
  await row('SGD').waitFor();
  // Of the cost model: SGD 3 units, SAM 6, ESAM 5.1.
  await eventually(() => row('SGD').textContent()).toContain('200.0');
  expect(await row('ESAM').textContent()).toContain('117.6');
  expect(await row('SGD').textContent()).toContain('baseline');
  await page.getByLabel('Speed relative to').selectOption({ label: 'SGD' });
  await eventually(() => row('SAM').textContent()).toContain('50.0');
  expect(await row('ESAM').textContent()).toContain('58.8');
  const gain = async (method: string): Promise<string> => (await row(method).locator('td').nth(5).textContent()) ?? '';
  const overSgd = await gain('SAM');
  await page.getByLabel('Gain over').selectOption({ label: 'SAM' });
  await eventually(() => gain('SAM')).toContain('baseline');
  // The gain of A over B is minus that of B over A.
  const points = /[\d.]+/.exec(overSgd)?.[0] ?? 'none';
  expect(overSgd).toContain(`+${points}`);
  expect(await gain('SGD')).toContain(`−${points}`);
  expect(complaints).toEqual([]);
  await close();
});

test('a gain opens its statistics, and the seeds that are missing are added', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  await page.getByText('Better: the 95 % interval lies above 0.').waitFor();
  await page.getByRole('button', { name: /^Statistics of SAM:/ }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('SAM over SGD').waitFor();
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const { rows } = await served.lab.results({ ...everyGroup, experimentIds: [quick?.id ?? 0] });
  const sam = rows.find(({ method }) => method === 'sam');
  // Every test of the registry stands there, with its definition.
  for (const { help } of comparisonColumns) await drawer.getByText(help, { exact: true }).first().waitFor();
  const lines = drawer.getByRole('table', { name: 'Runs of SAM', exact: true }).getByRole('row');
  for (const [index, id] of (sam?.runIds ?? []).entries()) {
    const accuracy = percentText(sam?.ofSeeds?.[index]?.lastTestAccuracy ?? NaN);
    const told = await lines
      .nth(index + 1)
      .getByRole('cell')
      .allTextContents();
    expect(told.map((text) => text.trim())).toEqual([`Run ${id}`, String(sam?.seeds[index]), accuracy]);
  }
  await drawer.getByRole('table', { name: 'Runs of SGD', exact: true }).waitFor();
  await picture(page, 'compare-statistics');
  // They share seeds 0 and 1.
  const needed = sam?.comparison?.seedsNeeded ?? null;
  const seeds = moreSeeds([0, 1], [0, 1], needed);
  expect(seeds[0]).toBe(2);
  await drawer
    .getByRole('button', { name: `${seeds.length === 1 ? 'Add seed' : 'Add seeds'} ${seedsText(seeds)}` })
    .click();
  await page.waitForURL(/new/);
  expect(await page.getByLabel(/^Seeds/).inputValue()).toMatch(/^2/);
  const planned = page.getByLabel('Runs of this experiment').locator('tbody tr');
  await eventually(() => planned.count()).toBe(2 * seeds.length);
  expect(complaints).toEqual([]);
  await close();
});

test('the table goes to the clipboard and to a file as the lab writes it', async () => {
  const { page, served, complaints, close } = await pages.open('/compare', 'full');
  const [quick] = (await served.lab.experiments({})).filter(({ experiment }) => experiment.name === 'Quick comparison');
  const query = { ...everyGroup, experimentIds: [quick?.id ?? 0] };
  const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('table', { name: 'Results' }).waitFor();
  for (const [format, label] of [
    ['latex', 'LaTeX'],
    ['markdown', 'Markdown'],
  ] as const) {
    await page.getByLabel('Format').selectOption({ label });
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText(`Copied the table as ${label}`).waitFor();
    const { text, fileName } = await served.lab.exportResults({
      query,
      format,
      ...usualExport,
      namedAfter: query.experimentIds,
    });
    expect(fileName).toMatch(/^quick-comparison-results\./);
    await eventually(copied).toBe(text);
    const downloading = page.waitForEvent('download');
    await page.keyboard.press('Control+e');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(fileName);
    expect(await readFile(await download.path(), 'utf8')).toBe(text);
    await page.getByText(`Saved ${fileName}`).waitFor();
  }
  await page.getByLabel('Format').selectOption({ label: 'LaTeX, siunitx' });
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await eventually(copied).toMatch(
    /^% .usepackage.*siunitx.*\n[^]*Weight decay[^]*.bfseries [^]*sample standard deviation/i,
  );
  // Only the chosen columns, and a workbook cannot be copied.
  await page.getByRole('button', { name: /^Columns:/ }).click();
  const columns = page.getByRole('group', { name: 'Columns' });
  for (const name of ['Best test accuracy', 'Images/s'])
    await columns.getByRole('checkbox', { name, exact: true }).click();
  await page.keyboard.press('Escape');
  await eventually(() => page.getByRole('columnheader', { name: /^Best/ }).count()).toBe(0);
  await page.getByLabel('Format').selectOption({ label: 'TSV' });
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await eventually(copied).toMatch(
    /^method\tweight decay\tn\t.*last_test_accuracy_mean\tlast_test_accuracy_sd\tgain_points_mean/,
  );
  expect(await copied()).not.toContain('best_test_accuracy');
  await page.getByLabel('Format').selectOption({ label: 'Excel (XLSX)' });
  expect(await page.getByRole('button', { name: 'Copy', exact: true }).isDisabled()).toBe(true);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save…', exact: true }).click();
  const book = await downloading;
  expect(book.suggestedFilename()).toBe('quick-comparison-results.xlsx');
  expect((await readFile(await book.path())).subarray(0, 2).toString()).toBe('PK');
  await picture(page, 'compare-export');
  expect(complaints).toEqual([]);
  await close();
});

test('the figures of Compare are saved for a paper, as the lab draws them', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  const saved = async (figure: string, choice: string): Promise<[name: string, bytes: Buffer]> => {
    await page.getByRole('button', { name: figure }).click();
    const downloading = page.waitForEvent('download');
    await page.getByText(choice, { exact: true }).click();
    await eventually(() => page.getByText(choice, { exact: true }).count()).toBe(0); // the menu is gone
    const download = await downloading;
    await page.getByText(`Saved ${download.suggestedFilename()}`).first().waitFor();
    return [download.suggestedFilename(), await readFile(await download.path())];
  };
  const [scatter, pdf] = await saved('Save the figure of speed and accuracy', 'PDF, one column');
  expect([scatter, pdf.subarray(0, 5).toString()]).toEqual(['quick-comparison-speed-accuracy.pdf', '%PDF-']);
  const [curves, svg] = await saved('Save the figure of the curves', 'SVG, full width');
  expect(curves).toBe('quick-comparison-curves-testaccuracy.svg');
  expect(svg.toString()).toContain('>ESAM</text>');
  await page.getByRole('button', { name: 'Save the figure of the curves' }).click();
  await page.getByText('Data as CSV', { exact: true }).waitFor();
  await picture(page, 'save-figure');
  expect(complaints).toEqual([]);
  await close();
});

test('experiments and groups are chosen, curves change quantity and axis', async () => {
  const { page, complaints, close } = await pages.open('/compare', 'full');
  const rows = page.getByRole('table', { name: 'Results' }).locator('tbody tr');
  await eventually(() => rows.count()).toBe(3);
  await page.getByRole('button', { name: /^Experiments:/ }).click();
  await page.getByRole('button', { name: 'All experiments', exact: true }).click();
  await eventually(() => rows.count()).toBe(8);
  await page.getByText('These groups use different data sets').waitFor();
  await picture(page, 'compare-all');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Groups:/ }).click();
  await page.getByRole('group', { name: 'Groups' }).getByRole('checkbox').first().click();
  await eventually(() => rows.count()).toBe(7);
  await page.getByLabel('Quantity').selectOption({ label: 'Test loss' });
  await page.getByRole('img', { name: 'Test loss, mean over seeds of each group' }).waitFor();
  await page.getByRole('button', { name: 'Active time' }).click();
  expect(complaints).toEqual([]);
  await close();
});
