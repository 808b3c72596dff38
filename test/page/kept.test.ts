import { expect, test } from 'vitest';
import { eventually, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('form, choices, search, opened rows and place are those of the last window, in another browser too', async () => {
  const { page, served, complaints, close } = await pages.open('/new', 'full');
  await page.getByLabel(/^Name/).fill('After lunch');
  await page.getByLabel(/^Epochs/).fill('7');
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('table', { name: 'Results' }).getByRole('row').nth(1).waitFor();
  const baseline = page.getByLabel('Gain over', { exact: true });
  const wanted = await baseline.locator('option').nth(2).textContent();
  await baseline.selectOption({ index: 2 });
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('combobox', { name: 'Search the runs' }).fill('seed:2 state:interrupted');
  await page.getByRole('button', { name: 'ESAM-SWP' }).click();
  await page.getByRole('link', { name: 'Run 14' }).waitFor();
  const kept = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries((await served.lab.keptStates({})).map(({ name, value }) => [name, value]));
  await eventually(async () => Object.keys(await kept())).toEqual(
    expect.arrayContaining(['compare', 'draft', 'runs.open', 'runs.view', 'view']),
  );

  const again = await pages.openAt(served.address(), '/');
  await again.page.getByRole('link', { name: 'Run 14' }).waitFor();
  await eventually(() => again.page.getByRole('combobox', { name: 'Search the runs' }).inputValue()).toBe(
    'seed:2 state:interrupted',
  );
  await again.page.getByRole('link', { name: 'Compare' }).click();
  await eventually(() =>
    again.page.getByLabel('Gain over', { exact: true }).locator('option:checked').textContent(),
  ).toBe(wanted);
  await again.page.getByRole('link', { name: 'New experiment' }).click();
  await eventually(() => again.page.getByLabel(/^Name/).inputValue()).toBe('After lunch');
  expect(await again.page.getByLabel(/^Epochs/).inputValue()).toBe('7');
  // How far the form was scrolled, also after having been elsewhere.
  const form = again.page.locator('.form');
  await form.evaluate((box) => box.scrollTo(0, 180));
  await again.page.getByRole('link', { name: 'Data' }).click();
  await again.page.getByRole('link', { name: 'New experiment' }).click();
  await eventually(() => form.evaluate((box) => box.scrollTop)).toBe(180);
  expect([...complaints, ...again.complaints]).toEqual([]);
  await again.close();
  await close();
});

test('a window that is loaded again shows its own draft, though another one wrote later, but settings as they are; a new one the last', async () => {
  const { page, served, complaints, close } = await pages.open('/new', 'full');
  const name = page.getByLabel(/^Name/);
  await name.fill('Of the first window');
  const keptName = async (): Promise<unknown> =>
    (await served.lab.keptStates({}))
      .map(({ value }) => JSON.stringify(value))
      .find((text) => text.includes(' window'));
  await eventually(keptName).toContain('Of the first window');
  const other = await pages.openAt(served.address(), '/new');
  await eventually(() => other.page.getByLabel(/^Name/).inputValue()).toBe('Of the first window');
  await other.page.getByLabel(/^Name/).fill('Of the second window');
  await eventually(keptName).toContain('Of the second window');
  // What is set for all windows is no window's own.
  const engineIn = ({ page: window }: Pick<typeof other, 'page'>) => window.getByLabel('Engine of new experiments');
  const keptEngine = async (): Promise<unknown> =>
    (await served.lab.keptStates({})).find((state) => state.name === 'default.engine')?.value;
  for (const [window, label, engine] of [
    [{ page }, 'TensorFlow', 'tensorflow'],
    [other, 'WebAssembly', 'wasm'],
  ] as const) {
    await window.page.getByRole('link', { name: 'Settings' }).click();
    await engineIn(window).selectOption({ label });
    await eventually(keptEngine).toBe(engine);
  }
  await page.reload();
  await eventually(() => engineIn({ page }).locator('option:checked').textContent()).toBe('WebAssembly');
  await page.getByRole('link', { name: 'New experiment' }).click();
  await eventually(() => name.inputValue()).toBe('Of the first window');
  const third = await pages.openAt(served.address(), '/new');
  await eventually(() => third.page.getByLabel(/^Name/).inputValue()).toBe('Of the second window');
  expect([...complaints, ...other.complaints, ...third.complaints]).toEqual([]);
  await third.close();
  await other.close();
  await close();
});
