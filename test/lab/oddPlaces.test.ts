import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src-main/lab/store/index.ts';
import { restoreWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { addExperiment, exportTo, openWorkspace } from './bundles/stores.ts';
import { experimentOf } from './fixtures/configs.ts';
import { labOptions, migrationsFolder } from './fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded } from './fixtures/labs.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** What may lie where a file should be. Reading a pipe that nobody writes to waits for ever: these tests would not end. */
const kinds = {
  folder: (path: string) => mkdirSync(path),
  pipe: (path: string) => void spawnSync('mkfifo', [path]),
} as const;
const replace = (path: string, kind: keyof typeof kinds): void => {
  rmSync(path, { recursive: true, force: true });
  kinds[kind](path);
};

/** A workspace with one finished run, closed. */
const usedWorkspace = async (): Promise<string> => {
  const { lab, folder } = await openTestLab();
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1] }));
  await untilEnded(lab, runIds[0] ?? 0);
  await lab.close();
  return folder;
};

// A pipe needs a POSIX system.
describe.skipIf(process.platform === 'win32')('something else than a file', () => {
  test.each(
    ['lab.db', 'lab.db-wal', 'lab.db-shm', 'lab.lock'].flatMap((name) => [
      { name, kind: 'folder' as const },
      { name, kind: 'pipe' as const },
    ]),
  )('a $kind as $name is named in one sentence, at once, and left as it is', async ({ name, kind }) => {
    const folder = await usedWorkspace();
    replace(join(folder, name), kind);
    const before = readdirSync(folder).sort();
    const refusal = await openStore(folder, migrationsFolder).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name: 'LabError',
      message: expect.stringContaining(`${name} should be lies a`) as string,
    });
    expect(String(refusal)).not.toContain(folder);
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test.each(
    ['dataset.json', 'train-images.u8'].flatMap((name) => [[name, 'folder'] as const, [name, 'pipe'] as const]),
  )('in a data set, %s as a %s costs that set alone', async (name, kind) => {
    const folder = await usedWorkspace();
    cpSync(join(folder, 'datasets', 'mnist'), join(folder, 'datasets', 'other'), { recursive: true });
    replace(join(folder, 'datasets', 'other', name), kind);
    const { lab } = await openTestLab(folder);
    expect((await lab.datasets({})).map(({ id }) => id)).toEqual(['mnist']);
    await expect(lab.previewDataset({ id: 'other', count: 1 })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
    });
    rmSync(join(folder, 'datasets', 'mnist', 'train-images.u8'));
    await expect(lab.previewDataset({ id: 'mnist', count: 1 })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(/train-images\.u8 is missing\. Put it back, or remove/) as string,
    });
  });

  test('a pipe in the place of a backup or of a checkpoint is passed over, not waited for', async () => {
    const opened = await openWorkspace(temporaryFolder());
    const life = { epochs: 1, steps: 1, end: 'finished', accuracy: 0.5, loss: 0.5 } as const;
    addExperiment(opened, [{ ...life, isCheckpointed: true, isAnalysed: false }]);
    const name = await opened.store.backUp();
    const run = join(opened.folder, 'checkpoints', '1');
    kinds.pipe(join(opened.folder, 'backups', 'lab-29990101T000000-schema-1.db'));
    for (const checkpoint of readdirSync(run)) replace(join(run, checkpoint), 'pipe');
    await expect(exportTo(opened, join(opened.folder, 'x.esamlab'))).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
    });
    opened.store.close();
    expect((await restoreWorkspace(opened.folder, null)).name).toBe(name);
  });

  test('a pipe that is imported is refused, not waited for', async () => {
    const { lab, folder } = await openTestLab();
    const pipe = join(folder, 'train-images-idx3-ubyte');
    kinds.pipe(pipe);
    lab.grantPaths([pipe]);
    await expect(
      lab.importDataset({ kind: 'idx', paths: [pipe], name: null, onDamaged: 'refuse' }),
    ).rejects.toMatchObject({ name: 'LabError' });
  });
});

test.each(['datasets', 'backups', 'checkpoints', 'trash'])(
  '%s as a file leaves the workspace open, what it has measured readable, and the file as it is',
  async (name) => {
    const folder = await usedWorkspace();
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(folder, `${name}.elsewhere`));
    writeFileSync(join(folder, name), 'mine');
    const { lab } = await openTestLab(folder);
    expect((await lab.run({ runId: 1 })).epochs).toHaveLength(3);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
    if (name !== 'datasets') return;
    await expect
      .poll(async () => (await lab.deviceStatus({})).notices.join())
      .toContain('The workspace has no folder "datasets" for data sets: something else lies in its place.');
    expect(await lab.datasets({})).toEqual([]);
  },
);

test('garbage in the lock is kept beside it, and only one lab at a time opens the workspace', async () => {
  const folder = await usedWorkspace();
  writeFileSync(join(folder, 'lab.lock'), 'garbage'.repeat(1000));
  const openings = await Promise.allSettled([1, 2, 3].map(() => openStore(folder, migrationsFolder)));
  const opened = openings.filter((each) => each.status === 'fulfilled');
  expect(opened).toHaveLength(1);
  const [aside, ...others] = readdirSync(folder).filter((name) => name.startsWith('lab.lock.aside-'));
  expect(others).toEqual([]);
  expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toBe('garbage'.repeat(1000));
  opened.forEach(({ value }) => value.close());
  (await openStore(folder, migrationsFolder)).close();
});

test.each([
  { sql: 'PRAGMA user_version = 0', found: 'says that its schema is 0' },
  { sql: 'PRAGMA user_version = -7', found: 'says that its schema is -7' },
  { sql: 'PRAGMA user_version = 21', found: 'says that its schema is 21, but its table "checksum"' },
  { sql: 'DROP TABLE phase_time', found: 'its table "phase_time" is missing' },
  { sql: 'DROP TABLE queue', found: 'its table "queue" is missing' },
  { sql: 'ALTER TABLE log_line RENAME COLUMN text TO txt', found: 'its table "log_line" has no column "text"' },
])('a database after "$sql" is refused in one sentence and left as it is', async ({ sql, found }) => {
  const folder = await usedWorkspace();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
  const bytes = readFileSync(join(folder, 'lab.db'));
  const refusal = await openStore(folder, migrationsFolder).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    name: 'LabError',
    code: 'WORKSPACE_DAMAGED',
    message: expect.stringContaining(found) as string,
  });
  expect(readFileSync(join(folder, 'lab.db')).equals(bytes)).toBe(true);
});

test('a table of somebody else in the database harms nothing', async () => {
  const folder = await usedWorkspace();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec('CREATE TABLE notes (text TEXT)');
  database.close();
  const { lab } = await openTestLab(folder);
  expect((await lab.run({ runId: 1 })).epochs).toHaveLength(3);
});

test('a broken preset or study is named and left out; the others stay', async () => {
  const presetsFolder = temporaryFolder();
  cpSync(labOptions('').presetsFolder, presetsFolder, { recursive: true });
  const all = readdirSync(presetsFolder).filter((name) => name.endsWith('.json')).length;
  writeFileSync(join(presetsFolder, 'mnist.json'), '{');
  writeFileSync(join(presetsFolder, 'quick.json'), '{}');
  mkdirSync(join(presetsFolder, 'zz.json'));
  const paperFolder = temporaryFolder();
  cpSync(labOptions('').paperFolder, paperFolder, { recursive: true });
  writeFileSync(join(paperFolder, 'table-1.json'), '{');
  const { lab } = await openTestLab(temporaryFolder(), { presetsFolder, paperFolder });
  expect(await lab.presets({})).toHaveLength(all - 2);
  const studies = (await lab.studies({})).map(({ id }) => id);
  expect(studies).toEqual(expect.arrayContaining(['table-2', 'figure-8']));
  expect(studies).not.toContain('table-1');
  await expect(lab.study({ id: 'table-1', form: 'paper' })).rejects.toThrow(
    /no study "table-1"; choose one of table-2, .*The study table-1\.json is left out: it is no JSON/,
  );
  expect((await lab.study({ id: 'table-2', form: 'paper' })).study.id).toBe('table-2');
  const { notices } = await lab.deviceStatus({});
  for (const what of [
    'mnist.json is left out: it is no JSON',
    'quick.json is left out: it is not understood at "id"',
    'zz.json is left out: zz.json is a folder',
    'The study table-1.json is left out',
  ]) {
    expect(notices.join()).toContain(what);
  }
});
