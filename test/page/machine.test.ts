import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { publishedSets } from '../../shared/publishedSets.ts';
import { idxImages, idxLabels, smallIdx, tarGz } from '../lab/datasets/fixtures.ts';
import { serveFile } from '../runtimes/fileServer.ts';
import { tinyWheel } from '../runtimes/tinyWheel.ts';
import { canMakeDisks, smallDisk } from '../smallDisk.ts';
import { damagedBytes, serveLab, serveRefusal } from './labs.ts';
import { eventually, picture, pagesOfFile } from './page.ts';
import { compilersWords, withoutKernels, withoutTensorflow } from './runtimes.ts';
import { newFolder } from './workspaces.ts';

const pages = pagesOfFile();

test('a missing engine says why; its installation shows how far it is, can be cancelled, and fails in words', async () => {
  const material = await mkdtemp(join(tmpdir(), 'esam-lab-wheel-'));
  const wheel = await tinyWheel(material);
  const index = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
  index.fault = { kind: 'stall', afterBytes: wheel.content.length / 2 };
  await withoutTensorflow();
  for (const [name, value] of Object.entries({
    PIP_CONFIG_FILE: '/dev/null',
    PIP_INDEX_URL: `${index.url}/simple/`,
    PIP_EXTRA_INDEX_URL: '',
    PIP_FIND_LINKS: '',
    NO_PROXY: '127.0.0.1',
    TFJS_NODE_CDN_STORAGE: 'https://127.0.0.1:1/',
  }))
    vi.stubEnv(name, value);
  const { page, complaints, close } = await pages.open('/device', 'empty');
  await page.getByText('Not installed', { exact: true }).waitFor();
  await page.getByText(/^TensorFlow is not installed yet\. Install it on the Device page/).waitFor();
  const bar = page.getByRole('progressbar', { name: 'Installation' });
  await page.getByRole('button', { name: 'Install TensorFlow' }).click();
  await eventually(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0);
  await picture(page, 'device-installing');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('The installation was cancelled.').waitFor();
  index.close();
  await page.getByRole('button', { name: 'Install TensorFlow' }).click();
  await bar.waitFor();
  await eventually(() => bar.count()).toBe(0);
  await page
    .locator('.reason')
    .filter({ hasText: /pip|package/ })
    .first()
    .waitFor();
  await picture(page, 'device-not-installed');
  expect(complaints).toEqual([]);
  await close();
  await rm(material, { recursive: true });
});

test('a TensorFlow without the lab’s kernels says why and what to do', async () => {
  await withoutKernels();
  const { page, complaints, close } = await pages.open('/device', 'full');
  const engine = page.getByRole('region', { name: 'TensorFlow 2.21.0 (CPU)' });
  await engine.getByText(/^Without the lab's own kernels/).waitFor({ timeout: 60_000 }); // the engine is tried first
  await engine.getByText(compilersWords).waitFor();
  await engine.getByText(/delete .* and install TensorFlow again\.$/).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('the self-test shows what it does, can be cancelled, and says which engine is not to be trusted', async () => {
  const { page, complaints, close } = await pages.open('/device', 'full');
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
  await picture(page, 'device-selfTesting');
  await section
    .getByRole('alert')
    .getByText(/deviates .* by 0\.31 .*not to be trusted in float32/)
    .waitFor();
  await picture(page, 'device-distrusted');
  expect(complaints).toEqual([]);
  await close();
});

test('run times that come from the self-test are marked as such', async () => {
  const { page, complaints, close } = await pages.open('/new', 'full');
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
  const { page, complaints, close } = await pages.open('/data', 'full');
  const folder = await newFolder();
  const write = (name: string, content: Buffer): Promise<void> => writeFile(join(folder, name), content);
  await write('train-images-idx3-ubyte', idxImages(40, 9, 9).subarray(0, -1)); // one byte short
  await write('train-labels-idx1-ubyte', idxLabels(Array.from({ length: 40 }, (_, index) => index % 4)));
  await write('t10k-images-idx3-ubyte', idxImages(8, 9, 9));
  await write('t10k-labels-idx1-ubyte', idxLabels(Array.from({ length: 8 }, (_, index) => index % 4)));
  const importFolder = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Import folder…' }).click();
    await page.getByLabel('Path on the machine').fill(folder);
    await page.getByRole('button', { name: 'Use this path' }).click();
  };
  const dialog = page.getByRole('dialog', { name: 'Import data' });
  await page.getByRole('button', { name: /^MNIST/ }).click();
  await eventually(() => page.getByLabel('Preview images').getByRole('img').count()).toBe(40);
  await page.getByRole('cell', { name: '6,742' }).waitFor(); // of the ones there are most
  await page.getByRole('region', { name: 'Known data sets' }).getByText('CIFAR-10', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Import data…' }).click();
  await importFolder();
  // What is wrong stands in the dialog, which keeps what was entered.
  await dialog
    .getByRole('alert')
    .getByText(/train-images-idx3-ubyte/)
    .waitFor();
  await picture(page, 'data-refused');
  await write('train-images-idx3-ubyte', idxImages(40, 9, 9));
  await page.getByLabel('Name of the data set').fill('Ninths');
  await importFolder();
  await page.getByRole('heading', { name: 'Ninths' }).waitFor();
  await eventually(() => page.getByRole('dialog').count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await eventually(() => page.getByRole('button', { name: /^Ninths/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('a folder of images says what it is, and asks what to do with damaged ones', async () => {
  const { page, complaints, close } = await pages.open('/data', 'full');
  await page.getByRole('button', { name: /^Flowers.*any size · 3 classes/ }).click();
  await page.getByText(/^of any size, brought to \d+ × \d+ × 3$/).waitFor();
  await page.getByText('1 damaged image skipped (train/tulip/0107.jpg)').waitFor();
  await page.getByRole('button', { name: 'Import data…' }).click();
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

// Needs the right to mount; continuous integration has it, and counts skipped tests.
test.skipIf(!canMakeDisks())('every refusal is shown until it is dismissed', async () => {
  const disk = smallDisk(100_000_000);
  const served = await serveLab('full', { workspaceFolder: disk.folder });
  const { page, complaints, close } = await pages.openAt(served.address(), '/runs');
  const refusals = page.getByRole('alert').filter({ hasText: 'disk is full' });
  await page
    .getByRole('checkbox', { name: /^Select all/ })
    .last()
    .click();
  disk.fill();
  await page.getByRole('button', { name: 'Repeat' }).click();
  await refusals.filter({ hasText: 'Repeat the runs' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await refusals.filter({ hasText: 'Delete the runs' }).waitFor();
  expect(await refusals.count()).toBe(2);
  await picture(page, 'runs-refused');
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  expect(await refusals.count()).toBe(1);
  await page.getByRole('link', { name: 'New experiment' }).click();
  await eventually(() => refusals.count()).toBe(0); // what was tried among the runs is over
  await page.getByLabel(/^Seeds/).fill('9');
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await refusals.filter({ hasText: 'Queue the runs' }).waitFor();
  expect(await refusals.count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
  disk.empty();
  await served.close();
});

test('a workspace that does not open is one message with what to do, and no view', async () => {
  const served = await serveRefusal('newer');
  const { page, complaints, close } = await pages.openAt(served.address(), '/runs');
  const message = page.getByRole('alert', { name: 'This workspace is newer than the app' });
  await message.getByText(/schema 999; this one knows \d+/).waitFor();
  await message.getByText(/^Update ESAM Lab/).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  expect(await page.getByRole('navigation').count()).toBe(0);
  await Promise.all([page.waitForEvent('load'), message.getByRole('button', { name: 'Try again' }).click()]);
  await message.waitFor();
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

test('a damaged workspace is restored by one click; the damaged file is kept, and what was done is said', async () => {
  const served = await serveRefusal('damaged');
  // A newer copy that is damaged as well: it is refused, and nothing changes.
  const damagedCopy = 'lab-29991231T235959-schema-1.db';
  await writeFile(join(served.folder, 'backups', damagedCopy), damagedBytes);
  const { page, close } = await pages.openAt(served.address(), '/runs');
  const message = page.getByRole('alert', { name: 'The workspace’s database cannot be read' });
  const buttons = message.getByRole('button', { name: /^Restore the backup of / });
  await buttons.first().waitFor();
  expect(await buttons.count()).toBe(2);
  await message
    .getByText(/^\d+\.\d MB$|^\d+ kB$/)
    .first()
    .waitFor();
  await picture(page, 'restore');
  await buttons.first().click();
  await page.getByText(/There is no whole backup "lab-2999/).waitFor();
  expect(await readFile(join(served.folder, 'lab.db'))).toEqual(damagedBytes);
  await buttons.last().click();
  await page
    .getByText(/^Restored lab-\d{8}T\d{6}-schema-\d+\.db\. The former database is kept in the folder/)
    .waitFor();
  await page.getByRole('row', { name: /ESAM/ }).first().waitFor();
  const former = (await readdir(served.folder)).filter((name) => name.startsWith('former-'));
  expect(former).toHaveLength(1);
  expect(await readFile(join(served.folder, former[0] ?? '', 'lab.db'))).toEqual(damagedBytes);
  await close();
  await served.close();
});

test('files are dropped anywhere, looked at in the dialog, and imported; a known set that cannot be got says how to get it', async () => {
  const archive = await tarGz(
    Object.entries({ ...smallIdx(), 'read.me': randomBytes(400_000) }).map(([name, content]) => [{ name }, content]),
  );
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const server = await serveFile('small.tar.gz', archive, sha256);
  const sets = publishedSets.map((set) => ({
    ...set,
    files:
      set.id === 'cifar100'
        ? [{ url: `${server.url}/files/small.tar.gz`, sizeBytes: archive.length, sha256 }]
        : set.files.map((file) => ({ ...file, url: 'http://127.0.0.1:1/cifar.tar.gz' })),
  }));
  const served = await serveLab('empty', { publishedSets: sets });
  const { page, complaints, close } = await pages.openAt(served.address(), '/runs');
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  const labels = (count: number): number[] => Array.from({ length: count }, (_, index) => index % 3);
  const files = {
    'train-images-idx3-ubyte': idxImages(30, 8, 8),
    'train-labels-idx1-ubyte': idxLabels(labels(30)),
    't10k-images-idx3-ubyte': idxImages(6, 8, 8),
    't10k-labels-idx1-ubyte': idxLabels(labels(6)),
  };
  const sent = Object.entries(files).map(([name, content]) => ({ name, bytes: [...content] }));
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const { name, bytes } of dropped) data.items.add(new File([new Uint8Array(bytes)], name));
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, sent);
  const dialog = page.getByRole('dialog', { name: 'Import data' });
  await dialog.getByText(/train-images-idx3-ubyte/).waitFor();
  await dialog.getByLabel('Values, black to white').selectOption({ label: 'Other numbers…' });
  await dialog.getByLabel('White', { exact: true }).fill('-2');
  await dialog.getByText('White must be a number larger than that of black').waitFor();
  expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Values, black to white').selectOption({ label: 'Find out' });
  await dialog.getByLabel('Name of the data set').fill('Eighths');
  await picture(page, 'import-dropped');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('heading', { name: 'Eighths' }).waitFor();
  const known = page.getByRole('region', { name: 'Known data sets' });
  await known.getByText(/^60,000 photographs .* ten classes; 170\.1 MB from www\.cs\.toronto\.edu$/).waitFor();
  await known.getByRole('button', { name: 'Download CIFAR-10', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/CIFAR-10 could not be got from 127\.0\.0\.1.*import the file as it is/)
    .waitFor();
  expect(await known.getByRole('button', { name: 'Download CIFAR-10', exact: true }).isEnabled()).toBe(true);
  // What had arrived when a download was cancelled is not asked for again, and what was said of it goes.
  server.fault = { kind: 'stall', afterBytes: 200_000 };
  await known.getByRole('button', { name: 'Download CIFAR-100', exact: true }).click();
  const share = known.locator('progress');
  await eventually(() => share.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0.4);
  await known.getByRole('button', { name: 'Cancel' }).click();
  const said = known.getByRole('status').getByText('Cancelled. What was downloaded is kept.');
  await said.waitFor();
  expect(await page.getByRole('alert').getByText('cancelled').count()).toBe(0);
  await picture(page, 'download-cancelled');
  server.fault = { kind: 'none' };
  await known.getByRole('button', { name: 'Go on with the download of CIFAR-100', exact: true }).click();
  await eventually(async () => (await served.lab.datasets({})).length).toBe(3);
  await eventually(() => said.count()).toBe(0);
  expect(server.ranges).toEqual([null, 'bytes=200000-']);
  server.close();
  expect(complaints).toEqual([]);
  await close();
  await served.close();
});

test('a preset whose data are not here says so where it is chosen, and an arm that stands there twice says that', async () => {
  const { page, complaints, close } = await pages.open('/new', 'full');
  await page.getByRole('button', { name: 'Duplicate arm 2' }).click();
  await page.getByText('The same as arm 2: its runs are made once.').waitFor();
  await page.getByLabel('Arm 3 learning rate').fill('0.02');
  await eventually(() => page.getByText(/^The same as arm/).count()).toBe(0);
  await page.getByLabel('Preset').selectOption({ label: 'Paper: ResNet-18 on CIFAR-10 (needs CIFAR-10)' });
  await page.getByText('CIFAR-10 is not in the library. Import… or see where it is to be had.').waitFor();
  await picture(page, 'new-missing-data');
  await page.getByRole('button', { name: 'Import…' }).click();
  await page.getByRole('dialog', { name: 'Import data' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('an experiment whose data set was deleted meanwhile says so at its field; of one’s own set nobody knows where it is to be had', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/1', 'full');
  await page.getByRole('button', { name: 'Use as new experiment' }).click();
  await page.waitForURL(/new/);
  await page.getByText('done, run 1').waitFor();
  await served.lab.deleteDataset({ id: 'letters' });
  await page.getByText('“letters” is not in the library. Import… or choose another data set below.').waitFor();
  const field = page.getByLabel('Data set', { exact: true });
  await eventually(() => field.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('1 field needs attention').waitFor();
  expect(await page.getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  await picture(page, 'new-gone-data');
  await field.selectOption({ label: 'MNIST' });
  await eventually(() => page.getByText('is not in the library').count()).toBe(0);
  await eventually(() => page.getByRole('button', { name: 'Queue runs' }).isEnabled()).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});
