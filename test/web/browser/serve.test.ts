import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../../src-main/runtimes/system/programs.ts';
import { smallRun } from '../../cli/smallRun.ts';
import { cli, newWorkspace, startCli } from '../../cli/spawnCli.ts';
import { folderWith, smallIdx } from '../../lab/datasets/fixtures.ts';
import { eventually, flags, picture } from '../../page/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium() ?? '', args: flags });
});
afterAll(() => browser.close());

/** The address is all that it writes to stdout. To be asked at once: what it wrote before is not heard. */
const addressOf = ({ child, ended }: ReturnType<typeof startCli>): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout.once('data', (piece: Buffer) => resolve(piece.toString().trim()));
    void ended.then(({ code, stderr }) => reject(new Error(`It ended with code ${String(code)} before: ${stderr}`)));
  });

const has = async (page: Page, text: string | RegExp): Promise<boolean> => (await page.getByText(text).count()) > 0;

test('a browser sees a stored run, downloads its table and imports by a typed path; a second tab and a reload see it too', async () => {
  const workspace = await newWorkspace();
  const files = await folderWith(smallIdx());
  await cli(workspace, ['import-data', files, '--name', 'small']);
  const config = join(workspace, 'first.json');
  await writeFile(config, JSON.stringify(smallRun('small', 2)));
  expect(await cli(workspace, ['run', config])).toMatchObject({ code: 0 });

  const serving = startCli(workspace, ['serve']);
  const address = addressOf(serving);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(await address);
  expect(new URL(page.url()).search).toBe('');
  const origin = new URL(page.url()).origin;

  await page.goto(`${origin}/#/runs`);
  await eventually(() => has(page, '1 run in 1 configuration')).toBe(true);
  await picture(page, 'served-runs');
  const second = await context.newPage();
  await second.goto(`${origin}/#/compare`);
  await eventually(() => has(second, 'SGD')).toBe(true);
  await second.reload();
  await eventually(() => has(second, 'SGD')).toBe(true);
  await picture(second, 'served-compare');

  const download = second.waitForEvent('download');
  await second.getByRole('button', { name: /save/i }).first().click();
  expect(await readFile((await (await download).path()) || '', 'utf8')).toContain('SGD');

  await page.goto(`${origin}/#/data`);
  await page.getByRole('button', { name: 'Import data…' }).click();
  await page.getByRole('button', { name: 'Import folder…' }).click();
  await picture(page, 'served-import');
  await page.getByLabel('Path on the machine').fill('/no/such/folder');
  await page.getByRole('button', { name: 'Use this path' }).click();
  await eventually(() => has(page, /There is no file or folder/)).toBe(true);
  await page.getByLabel('Path on the machine').fill(files);
  await page.getByRole('button', { name: 'Use this path' }).click();
  await eventually(() => page.getByRole('dialog').count()).toBe(0);
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);

  serving.child.kill('SIGINT');
  expect(await serving.ended).toMatchObject({ code: 0 });
  await eventually(() => has(page, /connection to the lab is lost/)).toBe(true);
  await picture(page, 'served-lost');
});

/** It prints, and then stands still for as long as a busy machine may have it wait: whoever reads is faster. */
const standsStill = `
  const { write } = process.stdout;
  process.stdout.write = (...input) => {
    const answer = write.apply(process.stdout, input);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    return answer;
  };
`;

test('serve listens to Ctrl-C before it says its address', { timeout: 120_000 }, async () => {
  const { child, ended } = startCli(await newWorkspace(), ['serve'], {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(standsStill)}`,
  });
  child.stdout.once('data', () => child.kill('SIGINT'));
  expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining('http://127.0.0.1:') as string });
});
