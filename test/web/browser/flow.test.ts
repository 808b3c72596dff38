import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderWith, smallIdx } from '../../lab/datasets/fixtures.ts';
import { eventually, flags, picture } from '../../page/page.ts';
import { findChromium } from '../../../src-main/runtimes/system/programs.ts';

// What a newcomer does on a server without a display: the README's command, the address, the form, the table.
let folder: string;
let lab: ChildProcess;
let url: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

/** `npm start` where there is no display: resolves with the address that it prints. */
const start = async (): Promise<{ child: ChildProcess; url: string }> => {
  const environment: NodeJS.ProcessEnv = { ...process.env, ESAM_LAB_WORKSPACE: join(folder, 'workspace') };
  delete environment['DISPLAY'];
  delete environment['WAYLAND_DISPLAY'];
  const child = spawn(process.execPath, ['src-main/runtimes/start.ts'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // its own group: everything that it starts ends with it
  });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said);
        if (found !== null) resolve(found[0]);
      });
    }
    child.once('exit', (code) => reject(new Error(`npm start ended with ${String(code)}: ${said}`)));
  });
  expect(said).toContain('There is no display');
  return { child, url: address };
};
/** What SQLite holds: the page may show it later. */
const finishedRuns = (): unknown => {
  const database = new Database(join(folder, 'workspace', 'lab.db'), { readonly: true });
  try {
    return database.prepare("SELECT COUNT(*) FROM run WHERE state = 'finished'").pluck().get();
  } finally {
    database.close();
  }
};
const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => void child.once('exit', (code) => resolve(code)));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esam-lab-browser-'));
  const startedAt = performance.now();
  ({ child: lab, url } = await start());
  expect(performance.now() - startedAt).toBeLessThan(30_000);
  browser = await chromium.launch({ executablePath: findChromium() ?? '', args: flags });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
});
afterAll(async () => {
  await browser.close();
  if (lab.exitCode === null && lab.pid !== undefined) process.kill(-lab.pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('the address serves once, and leaves the address bar', async () => {
  expect(page.url()).not.toContain('token');
  const stranger = await browser.newContext();
  expect((await stranger.request.get(url)).status()).toBe(401);
  await stranger.close();
});

test('a comparison is queued, trained and exported in the browser', { timeout: 300_000 }, async () => {
  await page.getByRole('link', { name: 'New experiment' }).click();
  await page.getByRole('button', { name: 'Queue runs' }).waitFor();
  await page.getByLabel(/^Training subset/).fill('1280');
  await page.getByLabel('Measure the methods’ speeds against each other first').click();
  await page.getByLabel(/^Epochs/).fill('1');
  await eventually(() => page.getByLabel('Runs of this experiment').getByRole('row').count()).toBe(1 + 3 * 2);
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await eventually(() => page.url()).toContain('#/live');
  await picture(page, 'browser-live');
  // A second tab hears the same, and a page that was loaded anew reads it.
  const second = await context.newPage();
  await second.goto(`${new URL(url).origin}/#/runs`);
  await expect.poll(finishedRuns, { timeout: 240_000, interval: 500 }).toBeGreaterThanOrEqual(3);
  await second.getByText('6 runs in 3 configurations').waitFor();
  await second.close();
  await page.reload();
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('table', { name: 'Results' }).waitFor();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save…' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.tex$/);
  const text = await readFile(await download.path(), 'utf8');
  for (const part of ['\\toprule', 'SGD', 'SAM', 'ESAM']) expect(text).toContain(part);
  await picture(page, 'browser-compare');
});

test('a data set comes in as an upload, which goes once it is imported', async () => {
  const files = await folderWith(smallIdx());
  await page.getByRole('link', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'Import data…' }).click();
  await page.getByLabel('Name of the data set').fill('uploaded');
  await page.getByRole('button', { name: 'Import files…' }).click();
  await page.locator('dialog input[type=file]').setInputFiles(Object.keys(smallIdx()).map((name) => join(files, name)));
  await page.getByText('uploaded').first().waitFor();
  await eventually(() => readdir(join(folder, 'workspace', 'uploads'))).toEqual([]);
});

test('a lab that is closed is missed at once, in words', async () => {
  expect(complaints).toEqual([]);
  const ended = endOf(lab);
  lab.kill('SIGINT');
  expect(await ended).toBe(0);
  await page.getByText('The connection to the lab is lost').waitFor();
  await picture(page, 'browser-lost');
});
