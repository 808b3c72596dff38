import { expect, test } from 'vitest';
import { paces, silentAfterTicks } from './fixtures/paces.ts';
import { stepOfTick } from './fixtures/training.ts';
import { serveLab } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('one click in an empty workspace trains, and the numbers move', async () => {
  const { page, complaints, close } = await pages.open('/live', 'empty');
  await page.getByRole('button', { name: 'Run the quick comparison' }).click();
  const progress = page.getByRole('progressbar', { name: 'Progress of the run' });
  await progress.waitFor();
  const value = async (): Promise<number> => Number(await progress.getAttribute('aria-valuenow'));
  const early = await value();
  await eventually(value).toBeGreaterThan(early);
  const numbers = page.locator('dl.numbers dd.value');
  await eventually(async () => Number((await numbers.nth(0).textContent())?.replace(',', ''))).toBeGreaterThan(1000);
  // After the first epoch there is an accuracy, and the counters say that SGD perturbs nothing and keeps everything.
  await eventually(async () => Number(await numbers.nth(1).textContent())).toBeGreaterThan(50);
  await page.getByRole('cell', { name: '0 of 14' }).waitFor();
  await page.getByRole('cell', { name: '128 of 128' }).waitFor();
  await page.getByRole('button', { name: 'Active time' }).click();
  await page.getByLabel('Search the log').fill('epoch 1:');
  await eventually(() => page.getByLabel('Log lines').getByRole('listitem').count()).toBe(1);
  // The next run is SAM, and it perturbs.
  await page.getByRole('cell', { name: '14 of 14' }).waitFor({ timeout: 20_000 });
  await page
    .getByRole('cell', { name: /^10?0\.0 %$/ })
    .first()
    .waitFor();
  await picture(page, 'live-running');
  expect(complaints).toEqual([]);
  await close();
});

/** The queue as it was left, with a page on it; `start` has its next run stand still after the first report. */
const openLeft = async () => {
  const served = await serveLab('queued', { awaitsStart: true });
  const opened = await pages.openAt(served.address(), '/live');
  const start = async (): Promise<() => void> => {
    const standing = served.standStill();
    await opened.page.getByLabel('Queue', { exact: true }).getByRole('button', { name: 'Start queue' }).click();
    return standing;
  };
  const close = async (): Promise<void> => {
    await opened.close();
    await served.close();
  };
  return { ...opened, start, close };
};

test('a run is seen against its siblings, its steps smoothed at will, its process measured', async () => {
  const { page, start, complaints, close } = await openLeft();
  const letGo = await start(); // the first is under way until the page has been looked at
  // The quick comparison has finished four of its six runs: both seeds of SGD, one of SAM and of ESAM.
  const behind = page.getByText(/^Pale: finished runs/).locator('..');
  await eventually(() => behind.textContent()).toMatch(/SGD, n = 2\s*SAM, n = 1\s*ESAM, n = 1/);
  const strip = page.getByLabel('Trainer process');
  await eventually(() => strip.textContent()).toMatch(
    /Processor\s*0\.[89]\d? of \d+ cores?\s*Memory\s*4[01]\d\.\d MB of/,
  );
  letGo();
  // Longer than an epoch, so that the lines have something to show. A page that is drawn once a second may miss the last one.
  await page.getByText(/^epoch [23] of 3/).waitFor({ timeout: 20_000 });
  await picture(page, 'live-siblings');
  const smoothing = page.getByRole('slider', { name: 'Smoothing' });
  await smoothing.press('End');
  await page.getByText('0.99').waitFor();
  await smoothing.press('Home');
  await eventually(() => page.getByText('smoothed', { exact: true }).count()).toBe(0);
  const beside = page.getByLabel('Beside it');
  await beside.selectOption('nothing');
  await eventually(() => behind.count()).toBe(0);
  await page.reload();
  await page.getByRole('slider', { name: 'Smoothing' }).waitFor();
  expect(await smoothing.inputValue()).toBe('0');
  expect(await beside.locator('option:checked').textContent()).toContain('nothing');
  // A run that has ended has no process.
  await page.goto(page.url().replace('#/live', '#/runs/1'));
  await page.getByRole('heading', { name: 'Where it ran' }).waitFor();
  expect(await strip.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('a trainer that falls silent is noticed', async () => {
  const served = await serveLab('empty');
  const { page, complaints, close } = await pages.openAt(served.address(), '/live');
  await page.clock.install();
  await page.reload();
  const [preset] = (await served.lab.presets({})).filter(({ id }) => id === 'quick');
  if (preset === undefined) throw new Error('There is no quick preset.');
  await served.lab.enqueue({ ...preset.experiment, seeds: [paces.silent] });
  const [run] = await served.lab.runs({ experimentId: null });
  if (run === undefined) throw new Error('There is no run.');
  const lastStep = stepOfTick(run.config, silentAfterTicks);
  await eventually(async () => {
    await page.clock.runFor(500);
    return page.getByText(`epoch 1 of 3, step ${lastStep}`).count(); // its last report has arrived
  }).toBe(1);
  expect(await page.getByText(/^no progress for/).count()).toBe(0);
  await page.clock.runFor(40_000);
  await page.getByText(/^no progress for [34]\d s$/).waitFor();
  await picture(page, 'live-stalled');
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

test('a run is stopped now and after the epoch', async () => {
  const { page, start, complaints, close } = await openLeft();
  const stopLater = await start();
  await page.getByRole('button', { name: 'Pause queue' }).click(); // or the next run is on the page before this one's end was read
  await page.getByText('Paused: no further run starts.').waitFor();
  await page.getByRole('button', { name: 'Stop after epoch' }).click();
  await page.getByText('stops after this epoch').waitFor();
  expect(await page.getByRole('button', { name: 'Stop now' }).isEnabled()).toBe(true);
  stopLater();
  await page.getByText('Stopped on request after epoch 1 of 3.', { exact: true }).first().waitFor();
  const shown = page.getByText(/ · run \d+$/);
  const first = await shown.textContent();
  const stopNow = await start();
  await page.getByText(/^epoch 1 of 3, step/).waitFor();
  await page.getByRole('button', { name: 'Pause queue' }).click(); // lest the next run takes its place on the page
  await page.getByRole('button', { name: 'Stop now' }).click();
  stopNow();
  await page.getByText('Stopped on request in epoch 1.', { exact: true }).first().waitFor();
  expect(await shown.textContent()).not.toBe(first);
  // It goes on from here; the queue is paused, so that it waits.
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await page.locator('.progress-line [data-state="queued"]').waitFor();
  expect(await page.getByRole('button', { name: 'Resume', exact: true }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('the waiting list is reordered by buttons and by dragging, and cancelled', async () => {
  const { page, start, complaints, close } = await openLeft();
  await start(); // so that it is the same one all the time
  const queue = page.getByLabel('Queue', { exact: true });
  const waiting = async (): Promise<string[]> =>
    (await queue.locator('.waiting li').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  await page.getByRole('progressbar', { name: 'Progress of the run' }).waitFor();
  await queue.getByRole('button', { name: 'Pause queue' }).click();
  await eventually(async () => (await waiting()).length).toBe(7);
  const before = await waiting();
  await queue
    .getByRole('button', { name: /^Move run \d+ down$/ })
    .first()
    .click();
  await eventually(waiting).toEqual([before[1], before[0], ...before.slice(2)]);
  await queue.locator('.waiting li').nth(6).dragTo(queue.locator('.waiting li').nth(0));
  await eventually(waiting).toEqual([before[6], before[1], before[0], ...before.slice(2, 6)]);
  await queue
    .getByRole('button', { name: /^Cancel run/ })
    .first()
    .click();
  await eventually(waiting).toEqual([before[1], before[0], ...before.slice(2, 6)]);
  await queue.getByRole('button', { name: 'Cancel all waiting' }).click();
  await eventually(waiting).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test('a run that diverges with finite losses is amber, marked on its curves, and goes on at a tenth of the learning rate', async () => {
  const { page, served, complaints, close } = await pages.open('/live', 'empty');
  const [preset] = (await served.lab.presets({})).filter(({ id }) => id === 'quick');
  if (preset === undefined) throw new Error('There is no quick preset.');
  const { shared } = preset.experiment;
  const [arm] = preset.experiment.arms;
  await served.lab.enqueue({ ...preset.experiment, shared: { ...shared, epochs: 30 }, seeds: [paces.exploding] });
  await page
    .getByText(/^Diverging since epoch 2: the mean loss is more than ten times that of guessing/)
    .first()
    .waitFor();
  // It still runs, and its record says it.
  const [run] = await served.lab.runs({ experimentId: null });
  expect(run).toMatchObject({ state: 'running', doubt: { kind: 'explosion', sinceEpoch: 2 } });
  await page.getByRole('checkbox', { name: 'Log loss' }).click();
  await page.getByText(/^epoch ([4-9]|[12]\d) of 30/).waitFor({ timeout: 20_000 });
  await picture(page, 'live-diverging');
  await page.getByRole('button', { name: 'Stop and use with learning rate ÷ 10' }).click();
  await page.waitForURL(/new/);
  await eventually(async () => (await served.lab.run({ runId: run?.id ?? 0 })).run.state).toBe('stopped');
  expect(Number(await page.getByLabel('Arm 1 learning rate').inputValue())).toBe(
    Number(((arm?.learningRate ?? NaN) / 10).toPrecision(12)),
  );
  await page.goto(page.url().replace('#/new', '#/runs'));
  await page.getByRole('combobox', { name: 'Search the runs' }).fill('is:diverging');
  const groups = page.locator('tr.group');
  await eventually(() => groups.count()).toBe(1);
  expect(await groups.getByText('diverging').getAttribute('title')).toContain('a lower learning rate may help');
  await picture(page, 'runs-diverging');
  expect(complaints).toEqual([]);
  await close();
});

test('other load on the machine is said beside the speed, while a run trains and afterwards', async () => {
  const { page, served, complaints, close } = await pages.open('/live', 'empty');
  const [preset] = (await served.lab.presets({})).filter(({ id }) => id === 'quick');
  if (preset === undefined) throw new Error('There is no quick preset.');
  const arms = preset.experiment.arms.slice(0, 1);
  await served.lab.enqueue({ ...preset.experiment, arms, seeds: [paces.crowded] });
  await page.getByText(/others keep 1\.3 cores busy/).waitFor();
  const runId = (await served.lab.runs({ experimentId: null }))[0]?.id ?? 0;
  await eventually(async () => (await served.lab.run({ runId })).run.othersBusyCores).toBeCloseTo(1.25);
  await picture(page, 'live-crowded');
  await page.goto(page.url().replace('#/live', `#/runs/${runId}`));
  await page.getByText(/others keep 1\.3 cores busy/).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
