import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { menuCommands, menuTexts, type MenuCommand } from '../../shared/menuCommands.ts';
import { views } from '../../shared/views.ts';
import { openApp, temporaryHome } from './app.ts';
import type { OpenApp } from './app.ts';

let home: Awaited<ReturnType<typeof temporaryHome>>;
let opened: OpenApp;
beforeAll(async () => {
  home = await temporaryHome();
  opened = await openApp(home.folder);
});
afterAll(async () => {
  await opened.quit();
  await home.dispose();
});

/** Chooses an item of the native menu by its labels. */
const choose = (...labels: string[]): Promise<void> =>
  opened.app.evaluate(({ Menu }, path) => {
    let items = Menu.getApplicationMenu()?.items ?? [];
    for (const [index, label] of path.entries()) {
      const item = items.find((each) => each.label.replace('&', '') === label);
      if (item === undefined) throw new Error(`no ${label} among ${items.map((each) => each.label).join(', ')}`);
      if (index === path.length - 1) Reflect.apply(item.click, item, []);
      items = item.submenu?.items ?? [];
    }
  }, labels);
const heading = (): Promise<string | null> => opened.page.getByRole('heading', { level: 1 }).first().textContent();

test('the native menu has every command and every view there is, and no keys twice', async () => {
  const items = await opened.app.evaluate(({ Menu }) => {
    const of = (items: readonly Electron.MenuItem[]): { label: string; keys: unknown }[] =>
      items.flatMap(({ label, accelerator, submenu }) => [{ label, keys: accelerator }, ...of(submenu?.items ?? [])]);
    return of(Menu.getApplicationMenu()?.items ?? []);
  });
  const labels = items.map(({ label }) => label);
  const wanted = (Object.keys(menuCommands) as MenuCommand[]).map((id) => {
    const { name, inMenu = name } = menuTexts(id);
    return inMenu;
  });
  expect([...wanted, ...views.map(({ name }) => name)].filter((label) => !labels.includes(label))).toEqual([]);
  const keys = items.flatMap(({ keys }) => keys ?? []);
  expect(keys).toEqual([...new Set(keys)]);
});

test('the menus reach the views, the search, the queue, the logs and the diagnostics', async () => {
  const { app, page } = opened;
  await page.getByRole('link', { name: 'New experiment' }).click();
  await page.getByRole('button', { name: 'Queue runs' }).waitFor();
  await choose('Run', 'Pause queue');
  await expect.poll(async () => (await opened.ask('queue', {})).paused).toBe(true);
  await choose('Run', 'Queue the runs of the form');
  await expect.poll(async () => (await opened.ask('queue', {})).waiting.length).toBeGreaterThan(0);
  await expect.poll(heading).toBe('Live'); // where the form leads once they are queued
  const [first] = (await opened.ask('queue', {})).waiting;
  await page.goto(`${page.url().split('#')[0] ?? ''}#/runs/${String(first?.id)}`);
  await page.getByText(`· run ${String(first?.id)}`).waitFor();
  await choose('Run', 'The open or chosen runs', 'Use as new experiment');
  await page.getByText(`From run ${String(first?.id)}.`).waitFor();
  await choose('View', 'Runs');
  await expect.poll(heading).toBe('Runs');
  await page.getByRole('combobox', { name: 'Search the runs' }).waitFor();
  await choose('Edit', 'Find in this view');
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Search the runs');
  await choose('Help', 'Copy diagnostics');
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toContain('ESAM Lab ');
  const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toMatch(/Electron \d+/);
  expect(copied).not.toContain(home.folder);
  await app.evaluate(({ shell }) => {
    shell.openPath = (folder) => {
      (globalThis as unknown as { shown: string }).shown = folder;
      return Promise.resolve('');
    };
  });
  await choose('Help', 'Open logs');
  await expect
    .poll(() => app.evaluate(() => (globalThis as unknown as { shown?: string }).shown))
    .toBe(join(opened.workspace, 'logs'));
  expect(await readFile(join(opened.workspace, 'logs', 'lab.log'), 'utf8')).toMatch(/ info Opened by ESAM Lab/);
});

/** The desktop opens one thing in a while: asked too soon after the one before, it is asked again. */
const openBy = async (button: string, folder: string): Promise<void> => {
  const isOpen = async (): Promise<boolean> => (await opened.ask('workspace', {})).folder === folder;
  await expect
    .poll(
      async () => {
        if (await isOpen().catch(() => false)) return true;
        const found = opened.page.getByRole('button', { name: button });
        if ((await found.count()) > 0) await found.click();
        return false;
      },
      { timeout: 90_000, interval: 1500 },
    )
    .toBe(true);
};

test('another workspace is opened in the same window, and the one before is found again', async () => {
  const { app, page } = opened;
  const other = join(home.folder, 'other');
  // What a window held is its workspace's: form and search.
  const search = (): Promise<string> => page.getByRole('combobox', { name: 'Search the runs' }).inputValue();
  const name = (): Promise<string> => page.getByLabel(/^Name/).inputValue();
  await choose('File', 'New experiment');
  await page.getByLabel(/^Name/).fill('Of the first');
  await choose('View', 'Runs');
  await page.getByRole('combobox', { name: 'Search the runs' }).fill('seed:1');
  await expect.poll(async () => JSON.stringify(await opened.ask('keptStates', {}))).toContain('seed:1');
  await choose('File', 'Settings');
  await page.getByText(opened.workspace).first().waitFor();
  await mkdir(other);
  await app.evaluate(({ dialog }, folder) => {
    dialog.showMessageBox = (...parameters: unknown[]) => {
      const { buttons = [] } = parameters.at(-1) as { buttons?: string[] };
      const response = buttons.findIndex((label) => ['Make a workspace', 'Stop training and open'].includes(label));
      return Promise.resolve({ response, checkboxChecked: false });
    };
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
  }, other);
  await openBy('Open another…', other);
  await choose('File', 'Settings');
  expect((await opened.ask('workspace', {})).folder).toBe(other);
  expect((await opened.ask('queue', {})).waiting).toEqual([]);
  await choose('File', 'New experiment');
  await expect.poll(name).not.toBe('Of the first');
  await choose('File', 'Settings');
  await openBy(`Open ${opened.workspace}`, opened.workspace);
  expect((await opened.ask('workspace', {})).folder).toBe(opened.workspace);
  expect((await opened.ask('queue', {})).waiting.length).toBeGreaterThan(0);
  await choose('View', 'Runs');
  await expect.poll(search).toBe('seed:1');
  await choose('File', 'New experiment');
  await expect.poll(name).toBe('Of the first');
});

test('what is chosen for this machine stays', async () => {
  const { page } = opened;
  await choose('File', 'Settings');
  await page.getByRole('group', { name: 'Notifications' }).getByRole('button', { name: 'Problems' }).click();
  await page.getByLabel('Keep the machine awake').click();
  const kept = async (): Promise<unknown> =>
    JSON.parse(await readFile(join(home.folder, 'config', 'esam-lab', 'settings.json'), 'utf8'));
  await expect.poll(kept).toMatchObject({
    preferences: { notifications: 'problems', keepAwake: false },
    workspace: null, // it was named from outside: the next start without a name opens the usual one
  });
});

test('what a shell of a cluster is to run is confirmed in a dialog of the app, and else not kept', async () => {
  const { app, page } = opened;
  await app.evaluate(({ dialog }) => {
    const answers = globalThis as unknown as { asked: string[] };
    answers.asked = [];
    dialog.showMessageBox = (...parameters: unknown[]) => {
      const { buttons = [], detail = '' } = parameters.at(-1) as { buttons?: string[]; detail?: string };
      answers.asked.push(detail);
      return Promise.resolve({
        response: buttons.indexOf(answers.asked.length === 1 ? 'Cancel' : 'Use this'),
        checkboxChecked: false,
      });
    };
  });
  const asked = (): Promise<string[]> => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  const setup = async (): Promise<unknown> => (await opened.ask('places', {}))[0]?.settings.setup;
  await choose('File', 'Settings');
  const set = page.getByRole('region', { name: 'Places to train at' });
  await set.getByRole('button', { name: /^(?:Set up|Add a cluster)$/ }).click();
  await set.getByLabel('Modules').fill('module load gcc');
  await set.getByRole('button', { name: 'Save' }).click();
  await expect.poll(asked).toHaveLength(1);
  expect((await asked())[0]).toContain('module load gcc');
  expect(await setup()).toEqual([]);
  const saved = async (): Promise<unknown> => {
    await set.getByRole('button', { name: 'Save' }).click(); // refused within half a second of the dialog before
    return setup();
  };
  await expect.poll(saved, { interval: 600 }).toEqual(['module load gcc']);
  expect(await asked()).toHaveLength(2);
});
