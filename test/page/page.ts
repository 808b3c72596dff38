import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';
import { expect } from 'vitest';
import { pageHeaders } from '../../src-main/page/pageFiles.ts';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';

export const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export interface OpenPage {
  readonly page: Page;
  /** What the console complained about so far. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface Pages {
  /** Opens a view of the built page over a fake lab of its own (scenarios: fakeLab.ts). */
  open(path: string, options?: { scenario?: string; colorScheme?: 'light' | 'dark' }): Promise<OpenPage>;
  /** The page without a lab behind it. */
  openAlone(): Promise<OpenPage>;
  close(): Promise<void>;
}

/** Serves `out/renderer` under the app's content security policy, so that a page that would break there breaks here,
 * and starts Chromium, 1280×800. */
export const startPages = async (): Promise<Pages> => {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error('No Chromium is on PATH; the page tests need one (Debian: apt-get install chromium).');
  const server: PreviewServer = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: 'out/renderer' },
    preview: { port: 0, host: '127.0.0.1', headers: pageHeaders() },
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('The preview server has no address.');
  const browser: Browser = await chromium.launch({ executablePath, args: flags });

  const openAt = async (url: string, colorScheme: 'light' | 'dark'): Promise<OpenPage> => {
    const context: BrowserContext = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, complaints, close: () => context.close() };
  };
  return {
    open: (path, { scenario = '', colorScheme = 'light' } = {}) =>
      openAt(`${address}?fake=${scenario}#${path}`, colorScheme),
    openAlone: () => openAt(address, 'light'),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
};

const pictures = 'test-results/page';

/** Keeps a picture of the window for people to look at. */
export const picture = async (page: Page, name: string): Promise<void> => {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};

/** Expects of a value that it comes to match, also on a busy machine. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
