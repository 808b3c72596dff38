import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed } from 'vitest';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import { serveLab } from './labs.ts';
import type { PacedLab } from './labs.ts';
import type { WorkspaceKind } from './workspaces.ts';

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

interface Looks {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

export interface Pages {
  /** Opens a view of the built page over a real lab of its own, which ends with it. */
  open(path: string, kind: WorkspaceKind): Promise<OpenPage & { readonly served: PacedLab }>;
  /** Opens a view at an address that a lab has given. */
  openAt(address: string, path: string, looks?: Looks): Promise<OpenPage>;
  close(): Promise<void>;
}

/** What a page shows once its test has failed: of a run elsewhere only what is printed is left. */
const tell = async (page: Page, complaints: readonly string[]): Promise<void> => {
  if (page.isClosed()) return;
  const shown = await page.locator('body').ariaSnapshot({ timeout: 5000 });
  console.error([`${page.url()} showed:`, shown.slice(0, 8000), 'It complained:', ...complaints].join('\n'));
};

/** Starts Chromium; pages are 1280×800 unless they are to look otherwise. */
export const startPages = async (): Promise<Pages> => {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error('No Chromium is on PATH; the page tests need one (Debian: apt-get install chromium).');
  const browser: Browser = await chromium.launch({ executablePath, args: flags });

  const openAt = async (address: string, path: string, looks: Looks = {}): Promise<OpenPage> => {
    const context: BrowserContext = await browser.newContext({
      viewport: looks.viewport ?? { width: 1280, height: 800 },
      colorScheme: looks.colorScheme ?? 'light',
      permissions: ['clipboard-read', 'clipboard-write'],
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(`${message.text()} ${message.location().url}`.trim());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    if (expect.getState().currentTestName !== undefined) onTestFailed(() => tell(page, complaints));
    await page.goto(`${address}#${path}`);
    return { page, complaints, close: () => context.close() };
  };
  return {
    openAt,
    open: async (path, kind) => {
      const served = await serveLab(kind);
      const opened = await openAt(served.address(), path);
      return {
        ...opened,
        served,
        close: async () => {
          await opened.close();
          await served.close();
        },
      };
    },
    close: () => browser.close(),
  };
};

/** Those of a test file: Chromium starts before its first test and ends after its last one. */
export const pagesOfFile = (): Pages => {
  let started: Pages | null = null;
  const pages = (): Pages => {
    if (started === null) throw new Error('Pages open in tests; Chromium is not there before.');
    return started;
  };
  beforeAll(async () => {
    started = await startPages();
  });
  const close = async (): Promise<void> => started?.close();
  afterAll(close);
  return { open: (...input) => pages().open(...input), openAt: (...input) => pages().openAt(...input), close };
};

const pictures = 'test-results/page';

/** Keeps a picture of the window for people to look at. */
export const picture = async (page: Page, name: string): Promise<void> => {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};

/** Expects of a value that it comes to match, also on a busy machine. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
