import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, picture, startPages, type Pages } from './page.ts';

let pages: Pages;
beforeAll(async () => {
  pages = await startPages();
});
afterAll(() => pages.close());

test('a missing engine says why, and is installed with a progress bar', async () => {
  const { page, complaints, close } = await pages.open('/device', { scenario: 'missing' });
  await page.getByText('Not installed', { exact: true }).waitFor();
  await page.getByText(/pip, g\+\+ and 1\.2 GB of disk are needed/).waitFor();
  await page.getByRole('button', { name: 'Install TensorFlow' }).click();
  const bar = page.getByRole('progressbar', { name: 'Installation' });
  await bar.waitFor();
  await eventually(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0.2);
  await picture(page, 'device-installing');
  await page.getByRole('heading', { name: 'TensorFlow 2.21.0 (CPU)' }).waitFor();
  await page.getByRole('region', { name: 'TensorFlow 2.21.0 (CPU)' }).getByText('Ready', { exact: true }).waitFor();
  await page.getByText('With the lab’s own kernels for AVX-512 and AVX2;').waitFor();
  await picture(page, 'device-installed');
  expect(complaints).toEqual([]);
  await close();
});

test('a TensorFlow without the lab’s kernels says why and what to do', async () => {
  const { page, complaints, close } = await pages.open('/device', { scenario: 'old-compiler' });
  const engine = page.getByRole('region', { name: 'TensorFlow 2.21.0 (CPU)' });
  await engine.getByText(/^Without the lab's own kernels/).waitFor();
  await engine
    .getByText(/AVX2 could not be built with .*immintrin\.h.*delete .* and install TensorFlow again\.$/)
    .waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('the self-test shows what it does, can be cancelled, and says which engine is not to be trusted', async () => {
  const { page, complaints, close } = await pages.open('/device', { scenario: 'idle' });
  const section = page.getByRole('region', { name: 'Self-test' });
  await section.getByRole('row', { name: /^TensorFlow CPU bfloat16 6,940/ }).waitFor();
  expect(await section.getByRole('alert').count()).toBe(0);
  await section.getByText(/^TensorFlow 2\.21\.0 \(CPU, own kernels on AVX-512\), oneDNN on; WebAssembly/).waitFor();
  const bar = section.getByRole('progressbar', { name: 'Self-test' });
  await section.getByRole('button', { name: 'Run again' }).click();
  await bar.waitFor();
  await section.getByRole('button', { name: 'Cancel' }).click();
  await eventually(() => bar.count()).toBe(0);
  await section.getByRole('button', { name: 'Run again' }).click();
  await eventually(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0.4);
  await picture(page, 'device-probing');
  await section
    .getByRole('alert')
    .getByText(/deviates .* by 0\.31 .*not to be trusted in float32/)
    .waitFor();
  await picture(page, 'device-distrusted');
  expect(complaints).toEqual([]);
  await close();
});

test('run times that come from the self-test are marked as such', async () => {
  const { page, complaints, close } = await pages.open('/new', { scenario: 'idle' });
  const note = page.getByText('estimated from the self-test');
  await page.getByRole('complementary', { name: 'Runs of this experiment' }).getByRole('cell').first().waitFor();
  expect(await note.count()).toBe(0);
  await page.getByLabel(/^Precision/).selectOption({ label: 'bfloat16, mixed' });
  await note.waitFor();
  await page.getByRole('cell', { name: /^~/ }).first().waitFor();
  await picture(page, 'new-estimated-from-self-test');
  expect(complaints).toEqual([]);
  await close();
});

test('a data set is shown, refused with the reason, and imported', async () => {
  const { page, complaints, close } = await pages.open('/data', { scenario: 'idle' });
  await eventually(() => page.getByLabel('Preview images').getByRole('img').count()).toBe(40);
  await page.getByRole('button', { name: /^Fashion-MNIST/ }).click();
  await page.getByRole('cell', { name: 'Ankle boot' }).waitFor();
  await page.getByRole('button', { name: 'Import files…' }).click();
  await page.getByRole('progressbar', { name: 'Import' }).waitFor();
  await page
    .getByRole('alert')
    .getByText(/data_batch_3\.bin has 30,730,001 bytes/)
    .waitFor();
  await picture(page, 'data-refused');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByLabel('Name of the data set').fill('Letters');
  await page.getByRole('button', { name: 'Import folder…' }).click();
  await page.getByRole('heading', { name: 'Letters' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await eventually(() => page.getByRole('button', { name: /^Letters/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('a folder of images says what it is, and asks what to do with damaged ones', async () => {
  const { page, complaints, close } = await pages.open('/data', { scenario: 'idle' });
  await page.getByRole('button', { name: /^Flowers.*any size · 3 classes/ }).click();
  await page.getByText('of any size, brought to 224 × 224 × 3').waitFor();
  await page.getByText('1 damaged image skipped (train/tulip/0107.jpg)').waitFor();
  const skips = page.getByRole('checkbox', { name: 'Skip damaged images' });
  await page.getByLabel('Format of the files').selectOption({ label: 'IDX (MNIST family)' });
  expect(await skips.count()).toBe(0);
  await page.getByLabel('Format of the files').selectOption({ label: 'Folder of images' });
  await skips.click();
  expect(await page.getByRole('button', { name: 'Import files…' }).count()).toBe(0);
  await picture(page, 'data-image-folder');
  expect(complaints).toEqual([]);
  await close();
});

test('every refusal is shown until it is dismissed', async () => {
  const { page, complaints, close } = await pages.open('/runs', { scenario: 'refusing' });
  const refusals = page.getByRole('alert').filter({ hasText: 'disk is full' });
  await page
    .getByRole('checkbox', { name: /^Select all/ })
    .last()
    .click();
  await page.getByRole('button', { name: 'Repeat' }).click();
  await refusals.filter({ hasText: 'Repeat the runs' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await refusals.filter({ hasText: 'Delete the runs' }).waitFor();
  await picture(page, 'runs-refused');
  await page.getByRole('link', { name: 'New experiment' }).click();
  await page.getByLabel(/^Seeds/).fill('9');
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await refusals.filter({ hasText: 'Queue the runs' }).waitFor();
  expect(await refusals.count()).toBe(3);
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  expect(await refusals.count()).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

test('a workspace that does not open is one message with what to do, and no view', async () => {
  const { page, complaints, close } = await pages.open('/runs', { scenario: 'newer' });
  const message = page.getByRole('alert', { name: 'This workspace is newer than the app' });
  await message.getByText(/schema 9; this one knows 3/).waitFor();
  await message.getByText(/^Update ESAM Lab/).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  expect(await page.getByRole('navigation').count()).toBe(0);
  await message.getByRole('button', { name: 'Show workspace folder' }).click();
  await Promise.all([page.waitForEvent('load'), message.getByRole('button', { name: 'Try again' }).click()]);
  await message.waitFor();
  expect(complaints).toEqual([]);
  await close();
});
