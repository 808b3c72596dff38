import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { LabError } from '../../shared/errors.ts';
import type { LabApi } from '../../shared/labApi.ts';
import { build } from '../../src-main/runtimes/build.ts';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import { openLab } from '../../src-main/lab/service.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { refusedLab } from '../../src-main/lab/refusedLab.ts';
import { databaseName } from '../../src-main/lab/store/backups.ts';
import { makeHistory } from '../bench/historyWorkspace.ts';
import { migrationsFolder, trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { serveWindow } from '../serveWindow.ts';
import type { ServableLab } from '../serveWindow.ts';

/**
 * Pictures of every view, for people to look at: of an empty lab, of the example's runs and analyses, of 1, 10 and 50 groups, of 5,000 runs,
 * and of a workspace that does not open; light and dark, in windows of 960 to 1600 px and at 150 % zoom: `npm run pictures`, or only some:
 * `npm run pictures -- --lab many --view runs`.
 */
const { values: only } = parseArgs({
  options: {
    lab: { type: 'string', multiple: true },
    view: { type: 'string', multiple: true },
    theme: { type: 'string', multiple: true },
    window: { type: 'string', multiple: true },
    output: { type: 'string', default: 'test-results/pictures' },
  },
});

type OpenedLab = ServableLab & Pick<Lab, 'close'>;

/** As if all experiments had been chosen in Compare. */
const compareAll = (lab: LabApi): Promise<unknown> => {
  const chosen = { experimentIds: [], groupHashes: null, speedBaseline: null, accuracyBaseline: null };
  return lab.keepState({ name: 'compare', value: { chosen, accuracy: 'best', metric: 'testAccuracy', axis: 'epoch' } });
};

/** What is in the workspaces that are looked at; they are made before their lab opens, or by it. */
const labs: Readonly<
  Record<string, { make?: (folder: string) => Promise<void>; fill?: (lab: LabApi) => Promise<unknown> }>
> = {
  empty: {},
  example: { fill: (lab) => lab.openExample({}) },
  one: { make: (folder) => makeHistory(folder, migrationsFolder, 1, 20) },
  ten: { make: (folder) => makeHistory(folder, migrationsFolder, 10, 20) },
  fifty: { make: (folder) => makeHistory(folder, migrationsFolder, 250, 20), fill: compareAll },
  many: { make: (folder) => makeHistory(folder, migrationsFolder, 5000, 20) },
  damaged: { make: (folder) => writeFile(join(folder, databaseName), Buffer.alloc(8192, 'no database ')) },
};
/** CSS pixels, and the device's pixels to one of them. */
const windows: Readonly<Record<string, { width: number; height: number; scale: number }>> = {
  '960': { width: 960, height: 700, scale: 1 },
  '1280': { width: 1280, height: 800, scale: 1 },
  '1280 at 150 %': { width: 853, height: 533, scale: 1.5 },
  '1600': { width: 1600, height: 1000, scale: 1 },
};
const themes = ['light', 'dark'] as const;

const wanted = <T extends string>(all: readonly T[], some: readonly string[] | undefined): readonly T[] =>
  some === undefined ? all : all.filter((each) => some.some((one) => each.startsWith(one)));

const executablePath = findChromium();
if (executablePath === null) throw new Error('No Chromium is on PATH (Debian: apt-get install chromium).');
await build(process.cwd());
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** What stands in for a lab whose workspace does not open. */
const standIn = (folder: string, error: unknown): OpenedLab => {
  if (!(error instanceof LabError)) throw error;
  const nothing = (): undefined => undefined;
  return { ...refusedLab(folder, error, nothing), grantPaths: nothing, close: async () => nothing() };
};

/** Takes a picture of each view of a lab in a window. */
const takePictures = async (name: string, address: string, theme: (typeof themes)[number], size: string) => {
  const { width = 1280, height = 800, scale = 1 } = windows[size] ?? {};
  const context = await browser.newContext({
    viewport: { width, height },
    ...{ deviceScaleFactor: scale, colorScheme: theme, reducedMotion: 'reduce' },
  });
  const page = await context.newPage();
  await page.goto(`${address}#/new`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const links = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('nav a[href^="#/"]')].map(({ hash }) => hash.slice(2)),
  );
  const views = wanted(links.length === 0 ? ['runs'] : [...links, name === 'empty' ? 'start' : 'runs/1'], only.view);
  const folder = resolve(only.output, name, `${theme} ${size}`);
  await mkdir(folder, { recursive: true });
  for (const view of views) {
    await page.evaluate((hash) => (location.hash = hash), `/${view}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForTimeout(1200); // charts grow to their size
    await page.screenshot({ path: join(folder, `${view.replaceAll('/', '-')}.png`) });
  }
  await context.close();
  return views.length;
};

try {
  for (const name of wanted(Object.keys(labs), only.lab)) {
    const folder = await mkdtemp(join(tmpdir(), 'esam-lab-pictures-'));
    await labs[name]?.make?.(folder);
    const lab: OpenedLab = await openLab(trainingLabOptions(folder)).catch((error: unknown) => standIn(folder, error));
    await labs[name]?.fill?.(lab);
    const served = await serveWindow(lab, folder);
    for (const theme of wanted(themes, only.theme))
      for (const size of wanted(Object.keys(windows), only.window)) {
        const count = await takePictures(name, served.address(), theme, size);
        console.log(`${name}, ${theme}, ${size}: ${String(count)} views`);
      }
    await served.close();
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
} finally {
  await browser.close();
}
console.log(`The pictures are in ${resolve(only.output)}.`);
