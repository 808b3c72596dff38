import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApp, temporaryHome } from './app.ts';
import type { OpenApp } from './app.ts';
import { trainerPids } from './processes.ts';

// One researcher's first quarter of an hour, in the real window, with the real lab and the real trainer.
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

/** Reads the app's database as any other program could. */
const rowsOf = <T>(sql: string): T[] => {
  const database = new Database(join(opened.workspace, 'lab.db'), { readonly: true });
  try {
    return database.prepare(sql).all() as T[];
  } finally {
    database.close();
  }
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (fraction: number): string => (100 * fraction).toFixed(2);

/** The trainer's memory as the window shows it, relative to the kernel's figure; 0 while there is none. */
const memoryShownToReal = async (): Promise<number> => {
  const strip = await opened.page.getByLabel('Trainer process').allTextContents();
  const shown = /Memory\s*([\d.]+) (MB|GB) of/.exec(strip.join(''));
  const [pid] = await trainerPids(opened);
  if (pid === undefined || shown === null) return 0;
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const realBytes = 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  return (Number(shown[1]) * (shown[2] === 'GB' ? 1e9 : 1e6)) / realBytes;
};

test('the form queues three methods with two seeds', async () => {
  const { page } = opened;
  await page.getByRole('link', { name: 'New experiment' }).click();
  await page.getByRole('button', { name: 'Queue runs' }).waitFor();
  await page.getByLabel(/^Name/).fill('First look');
  await page.getByLabel(/^Training subset/).fill('2560');
  await page.getByLabel(/^Batch size/).fill('128');
  await page.getByLabel(/^Label noise/).fill('0');
  await page.getByLabel('Measure the methods’ speeds against each other first').click();
  await page.getByLabel(/^Epochs/).fill('2');
  await expect.poll(() => page.getByLabel('Runs of this experiment').getByRole('row').count()).toBe(1 + 3 * 2);
  await page.getByRole('button', { name: 'Queue runs' }).click();
  await expect.poll(() => page.url()).toContain('#/live');
});

test('training shows live in the window and goes on in a utility process', { timeout: 300_000 }, async () => {
  const { page } = opened;
  await expect.poll(() => trainerPids(opened)).toHaveLength(1);
  await page.getByRole('progressbar', { name: 'Progress of the run' }).waitFor();
  await expect.poll(() => page.getByText(/^epoch [12] of 2, (step \d+ of \d+|evaluating)$/).count()).toBe(1);
  // What the trainer says of its memory is what the system says of it.
  await expect.poll(async () => Math.abs(Math.log(await memoryShownToReal()))).toBeLessThan(Math.log(1.25)); // once it was told
  await expect
    .poll(async () => (await opened.ask('queue', {})).waiting.length, { timeout: 120_000 })
    .toBeLessThanOrEqual(3);
  await expect.poll(() => page.locator('canvas').count()).toBeGreaterThan(0);
  await expect
    .poll(
      async () => {
        const { running, waiting } = await opened.ask('queue', {});
        return running.length + waiting.length;
      },
      { timeout: 180_000, interval: 500 },
    )
    .toBe(0);
});

test('SQLite holds every run with its epochs, and the counters prove that each method ran', () => {
  const runs = rowsOf<{ id: number; state: string; seed: number; method: string; epochs: number }>(
    `SELECT run.id, state, seed, config ->> '$.optimizer.name' AS method, COUNT(epoch) AS epochs
     FROM run LEFT JOIN epoch ON epoch.run_id = run.id GROUP BY run.id ORDER BY run.id`,
  );
  // Arms interleaved over seeds.
  expect(runs.map(({ method, seed }) => `${method} ${String(seed)}`)).toEqual([
    'sgd 0',
    'sam 0',
    'esam 0',
    'sgd 1',
    'sam 1',
    'esam 1',
  ]);
  expect(runs.map(({ state, epochs }) => [state, epochs])).toEqual(runs.map(() => ['finished', 2]));

  const counters = rowsOf<{
    method: string;
    perturbed: number;
    tensors: number;
    kept: number;
    images: number;
    speed: number;
  }>(
    `SELECT config ->> '$.optimizer.name' AS method, SUM(steps_perturbed) * 1.0 / SUM(steps) AS perturbed, AVG(perturbed_tensor_share) AS tensors,
       AVG(kept_example_share) AS kept, MIN(images) AS images, MIN(images_per_second) AS speed
     FROM run JOIN epoch ON epoch.run_id = run.id GROUP BY method`,
  );
  const of = (method: string): (typeof counters)[number] => {
    const found = counters.find((row) => row.method === method);
    if (found === undefined) throw new Error(`no epochs of ${method}`);
    return found;
  };
  // SGD never perturbs, SAM in every step and everything, ESAM about β = 0.6 of the tensors, γ = 0.5 of the examples.
  expect(of('sgd')).toMatchObject({ perturbed: 0, tensors: 0, kept: 1, images: 2560 });
  expect(of('sam')).toMatchObject({ perturbed: 1, tensors: 1, kept: 1, images: 2560 });
  expect(of('esam').kept).toBeCloseTo(0.5, 6);
  expect(of('esam').tensors).toBeGreaterThan(0.4);
  expect(of('esam').tensors).toBeLessThan(0.8);
  for (const { speed } of counters) expect(speed).toBeGreaterThan(0);

  const [environment] = rowsOf<{ engine: string; device: string; train_examples: number; test_examples: number }>(
    'SELECT DISTINCT engine, device, train_examples, test_examples FROM environment',
  );
  expect(environment?.engine).toMatch(/^TensorFlow 2\./);
  expect(environment).toMatchObject({ train_examples: 2560, test_examples: 1000 });
});

test('the comparison shows what the database says', async () => {
  const { page } = opened;
  await page.getByRole('link', { name: 'Compare' }).click();
  const table = page.getByRole('table', { name: 'Results' });
  await table.waitFor();
  const best = rowsOf<{ method: string; accuracy: number }>(
    `SELECT config ->> '$.optimizer.name' AS method, MAX(test_accuracy) AS accuracy
     FROM run JOIN epoch ON epoch.run_id = run.id GROUP BY run.id`,
  );
  for (const method of ['SGD', 'SAM', 'ESAM']) {
    const accuracies = best.filter((row) => row.method === method.toLowerCase()).map(({ accuracy }) => accuracy);
    const row = table.getByRole('row').filter({ has: page.getByText(method, { exact: true }) });
    expect(await row.textContent()).toContain(percent(mean(accuracies)));
  }
  expect(mean(best.map(({ accuracy }) => accuracy))).toBeGreaterThan(0.5); // ten classes: chance is 0.1
  await page.getByRole('img', { name: 'Accuracy against speed, one mark per group' }).waitFor();
  await page.getByRole('img', { name: /^Test accuracy.*mean over seeds of each group$/ }).waitFor();
});

test('the table goes to the clipboard and to a file, whole', async () => {
  const { app, page } = opened;
  const target = join(home.folder, 'results.tex');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, target);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toContain('\\toprule');
  const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
  for (const method of ['SGD', 'SAM', 'ESAM']) expect(copied).toContain(method);
  await page.getByRole('button', { name: 'Save…' }).click();
  await expect.poll(() => readFile(target, 'utf8').catch(() => null)).toBe(copied);
  expect((await readdir(home.folder)).sort()).toEqual(['config', 'results.tex', 'workspace']);
  await app.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => void ((globalThis as unknown as { shown: string }).shown = path);
  });
  const show = page.getByText(`Saved ${target}`).getByRole('button', { name: 'Show in folder' });
  const shown = async (): Promise<unknown> => {
    await show.click(); // refused within half a second of the dialog
    return app.evaluate(() => (globalThis as unknown as { shown?: string }).shown);
  };
  await expect.poll(shown, { interval: 600 }).toBe(target);
});
