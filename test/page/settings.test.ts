import { expect, test } from 'vitest';
import { resultColumns } from '../../shared/results/columns.ts';
import { gainColumn } from '../../shared/results/gainColumns.ts';
import { settingOf, settingPaths } from '../../shared/settings/index.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('the settings page chooses theme and engine, shows the lab’s log and copies diagnostics without private paths', async () => {
  const { page, served, complaints, close } = await pages.open('/settings', 'full');
  await page.getByText(served.folder).first().waitFor();
  await page.getByText('esam-lab serve --workspace FOLDER').waitFor(); // a browser opens no other workspace
  const log = page.getByRole('list', { name: 'Log lines' });
  await log.getByText(/^Opened by ESAM Lab/).waitFor();
  await picture(page, 'settings-light');
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await page.getByText('Copied the diagnostics').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^ESAM Lab .*\nNode /);
  expect(copied).toContain('Runs: 19 finished, 1 stopped, 1 interrupted');
  for (const secret of [served.folder, 'Letters', 'Flowers']) expect(copied).not.toContain(secret);
  await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Dark' }).click();
  await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.getByLabel('Engine of new experiments').selectOption({ label: 'WebAssembly' });
  await picture(page, 'settings-dark');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox').fill('new experiment');
  await page.keyboard.press('Enter');
  await page.getByLabel('Preset').selectOption({ index: 1 });
  await eventually(() => page.getByLabel('Engine', { exact: true }).locator('option:checked').textContent()).toBe(
    'WebAssembly',
  );
  expect(complaints).toEqual([]);
  const again = await pages.openAt(served.address(), '/settings');
  await eventually(() => again.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  expect(await again.page.getByLabel('Engine of new experiments').locator('option:checked').textContent()).toBe(
    'WebAssembly',
  );
  await again.close();
  await close();
});

test('every number of the results and every setting is defined on one page, and found there', async () => {
  const { page, complaints, close } = await pages.open('/settings', 'empty');
  await page.getByRole('link', { name: 'How it is measured' }).click();
  await page.getByRole('heading', { name: 'How it is measured' }).waitFor();
  const text = await page.locator('main').innerText();
  for (const { help } of resultColumns) expect(text).toContain(help);
  for (const path of settingPaths) expect(text).toContain(settingOf(path).help);
  await picture(page, 'measured');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('welch interval');
  await eventually(() => page.locator('dt').count()).toBeLessThan(20); // of well over a hundred
  await page.getByText(gainColumn.help).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
