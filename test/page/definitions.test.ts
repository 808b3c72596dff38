import { expect, test } from 'vitest';
import { counters } from '../../src-renderer/counters.ts';
import { settingOf } from '../../shared/settings/index.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('every setting of the form tells what it means to whoever comes there by key', async () => {
  const { page, complaints, close } = await pages.open('/new', 'full');
  const tip = page.getByRole('tooltip');
  const batchSize = page.getByRole('textbox', { name: 'Batch size' });
  await batchSize.click();
  expect(await tip.isVisible()).toBe(false); // the pointer has its own
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await eventually(() => tip.textContent()).toBe(settingOf('batchSize').help);
  await picture(page, 'definition-by-key');
  await page.keyboard.press('Escape');
  await eventually(() => tip.isVisible()).toBe(false);

  // From the first field to the last one: nothing has a definition for the pointer alone.
  const first = page.locator('.form').locator('input, select, button, [tabindex="0"]').first();
  await first.focus();
  const told = new Set<string>();
  const untold: string[] = [];
  for (;;) {
    const found = await page.evaluate(() => {
      const here = document.activeElement;
      if (!here?.closest('.form')) return null;
      const ids = (here.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
      const described = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
      const title = here.closest('[title]')?.getAttribute('title') ?? '';
      return { title, described, said: [here.ariaLabel, here.textContent.trim()] };
    });
    if (found === null) break;
    if (found.title !== '' && !found.said.includes(found.title))
      if (found.described.includes(found.title)) told.add(found.title);
      else untold.push(found.title);
    await page.keyboard.press('Tab');
  }
  expect(untold).toEqual([]);
  for (const path of ['epochs', 'batchSize', 'optimizer.learningRate', 'optimizer.rho', 'optimizer.momentum'])
    expect([...told]).toContain(settingOf(path).help);
  expect(complaints).toEqual([]);
  await close();
});

test('a list of definitions is one stop of Tab, and the arrows lead through all of them', async () => {
  const { page, close } = await pages.open('/runs/3', 'full');
  const lists = page.locator('dl.facts');
  const common = page
    .getByRole('heading', { name: 'The same in all of its runs' })
    .locator('../..')
    .locator('.defined');
  await common.first().waitFor();
  const count = await common.count();
  expect(count).toBeGreaterThan(20);
  const stops = (): Promise<number> =>
    page.evaluate(() => document.querySelectorAll('.facts .defined[tabindex="0"]').length);
  expect(await stops()).toBeLessThanOrEqual(await lists.count());

  await page.keyboard.press('Tab'); // who goes on by key is told
  const tip = page.getByRole('tooltip');
  await common.first().focus();
  const told: (string | null)[] = [];
  for (let index = 0; index < count; index++) {
    const here = common.nth(index);
    await eventually(() => here.evaluate((element) => element === document.activeElement)).toBe(true);
    await eventually(() => tip.textContent()).toBe(await here.getAttribute('title'));
    told.push(await here.textContent());
    await page.keyboard.press('ArrowDown');
  }
  expect(told).toEqual(await common.allTextContents());
  await page.keyboard.press('ArrowDown'); // there is none beyond the last
  await eventually(() => common.last().evaluate((element) => element === document.activeElement)).toBe(true);
  // Tab leaves the list, and comes back to where it was left.
  await page.keyboard.press('Tab');
  expect(await common.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))).toBe(false);
  await page.keyboard.press('Shift+Tab');
  await eventually(() => common.last().evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Home');
  await eventually(() => common.first().evaluate((element) => element === document.activeElement)).toBe(true);
  await close();
});

test('every number of a run tells what it means', async () => {
  const { page, complaints, close } = await pages.open('/runs/3', 'full');
  const names = page.locator('.counters .defined');
  await names.first().waitFor();
  expect(await names.count()).toBe(counters.length);
  const tip = page.getByRole('tooltip');
  await page.keyboard.press('Tab'); // who goes on by key is told
  for (const [index, { name, definition }] of counters.entries()) {
    expect(await names.nth(index).textContent()).toBe(name);
    await names.nth(index).focus();
    await eventually(() => tip.textContent()).toBe(definition);
    expect(await names.nth(index).getAttribute('aria-describedby')).toBe(await tip.getAttribute('id'));
  }
  await picture(page, 'definitions-of-a-run');
  expect(await page.locator('.numbers .defined').count()).toBe(4);
  expect(complaints).toEqual([]);
  await close();
});
