import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expand } from '../../shared/experiment.ts';
import { writeWhole } from '../../src-main/files/writeWhole.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { backUpWorkspace, listBackups, restoreWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { readNumbers, writeNumbers } from '../../src-main/trainer/checkpoints/file.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { experimentOf } from '../lab/fixtures/configs.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';
import { epochOf } from '../lab/fixtures/metrics.ts';
import { everyFault, unfinished } from './everyFault.ts';
import { withFault } from './faultyFiles.ts';

const slow = { timeout: 600_000 };
let template: () => string;

/** A workspace with one run of one epoch, and a backup of it. */
const fill = async (folder: string): Promise<void> => {
  const store = await openStore(folder, migrationsFolder);
  const experiment = experimentOf();
  store.write.addExperiment(experiment, expand(experiment));
  store.write.start(1);
  store.write.epoch(1, epochOf(1), false);
  store.close();
  await backUpWorkspace(folder, migrationsFolder);
};

const epochsIn = async (folder: string): Promise<number> => {
  const store = await openStore(folder, migrationsFolder);
  const { length } = store.read.epochs(1);
  store.close();
  return length;
};

beforeAll(async () => {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-fault-'));
  await fill(folder);
  template = () => folder;
  return async () => {
    const { rmSync } = await import('node:fs');
    rmSync(folder, { recursive: true, force: true });
  };
}, 60_000);

const copyOfTemplate = (folder: string): void => cpSync(template(), folder, { recursive: true });

test('opening a workspace: whichever file operation fails, its database stays', slow, async () => {
  const operations = await everyFault({
    prepare: copyOfTemplate,
    work: async (folder) => {
      const store = await openStore(folder, migrationsFolder);
      store.close();
    },
    check: async (folder) => expect(await epochsIn(folder)).toBe(1),
  });
  expect(operations).toBeGreaterThan(5);
});

test('a first start: whichever file operation fails, the next one succeeds', slow, async () => {
  const operations = await everyFault({
    prepare: () => undefined,
    work: async (folder) => {
      const store = await openStore(folder, migrationsFolder);
      store.close();
    },
    check: async (folder) => {
      expect(await epochsIn(folder)).toBe(0);
      expect(unfinished(folder)).toEqual([]);
    },
  });
  expect(operations).toBeGreaterThan(5);
});

test('backing up and restoring: whichever file operation fails, no database is lost', slow, async () => {
  await everyFault({
    prepare: copyOfTemplate,
    work: (folder) => backUpWorkspace(folder, migrationsFolder),
    check: async (folder) => {
      expect(await epochsIn(folder)).toBe(1);
      expect(listBackups(folder).length).toBeGreaterThanOrEqual(1);
    },
  });
  const present = 'another database, whole or not';
  await everyFault({
    prepare: (folder) => {
      copyOfTemplate(folder);
      writeFileSync(join(folder, 'lab.db'), present);
      writeFileSync(join(folder, 'lab.db-wal'), 'its log');
    },
    work: (folder) => restoreWorkspace(folder, null),
    check: async (folder, outcome) => {
      const files = readdirSync(folder, { recursive: true }).map(String);
      const holdsPresent = files.filter(
        (name) => basename(name) === 'lab.db' && readFileSync(join(folder, name), 'latin1') === present,
      );
      expect(holdsPresent).toHaveLength(1);
      // As if nothing had been tried, unless the copy has its place and only its folder could not be synced.
      const isRestored = readFileSync(join(folder, 'lab.db'), 'latin1') !== present;
      if (outcome === null && !isRestored) {
        expect(holdsPresent).toEqual(['lab.db']);
        expect(readFileSync(join(folder, 'lab.db-wal'), 'utf8')).toBe('its log');
        expect(unfinished(folder)).toEqual([]);
      }
      await restoreWorkspace(folder, null);
      expect(await epochsIn(folder)).toBe(1);
    },
  });
});

test('a checkpoint: whichever file operation fails, it is whole or not there', slow, async () => {
  const numbers = Float32Array.from({ length: 100 }, (_, index) => index);
  const tensors = [{ name: 'w', shape: [100], numbers }];
  const name = 'epoch-0001-step-00000001.ckpt';
  const elsewhere = join(temporaryFolder(), name);
  writeNumbers(elsewhere, {}, tensors);
  const whole = readFileSync(elsewhere);
  await everyFault({
    prepare: () => undefined,
    work: (folder) => writeNumbers(join(folder, name), {}, tensors),
    check: (folder, outcome) => {
      expect(unfinished(folder)).toEqual([]);
      const path = join(folder, name);
      if (outcome !== null) readNumbers(path, outcome.sha256);
      else if (existsSync(path)) expect(readFileSync(path)).toEqual(whole);
    },
  });
});

test('an import of a data set: whichever file operation fails, it is whole or not there', slow, async () => {
  const source = await folderWith(smallIdx());
  await everyFault({
    prepare: (folder) => mkdirSync(join(folder, 'datasets')),
    work: (folder) =>
      openLibrary(join(folder, 'datasets')).import({
        kind: 'idx',
        paths: [source],
        name: 'small',
        onDamaged: 'refuse',
      }),
    check: (folder, outcome) => {
      expect(unfinished(folder)).toEqual([]);
      const there = openLibrary(join(folder, 'datasets')).list();
      if (outcome !== null) expect(there.map(({ id }) => id)).toEqual([outcome.id]);
    },
  });
});

test('an export: whichever file operation fails, the former file stays or the new one is whole', slow, async () => {
  await everyFault({
    prepare: (folder) => writeFileSync(join(folder, 'results.csv'), 'former'),
    work: async (folder) => {
      await writeWhole(join(folder, 'results.csv'), 'new');
      return 'done';
    },
    check: (folder, outcome) => {
      expect(readFileSync(join(folder, 'results.csv'), 'utf8')).toBe(outcome === null ? 'former' : 'new');
      expect(unfinished(folder)).toEqual([]);
    },
  });
});

test('file and folder reach the disk before anything is called written: synced, renamed, folder synced', async () => {
  const folder = temporaryFolder();
  const none = { folder, at: 0, code: 'EIO' } as const;
  const tensors = [{ name: 'w', shape: [1], numbers: Float32Array.of(1) }];
  const checkpoint = await withFault(none, () =>
    writeNumbers(join(folder, 'epoch-0001-step-00000001.ckpt'), {}, tensors),
  );
  const ends = checkpoint.trace.filter((each) => /^(fsync|rename)/.test(each));
  expect(ends.map((each) => each.split(' ')[0])).toEqual(['fsync', 'rename', 'fsync']);
  expect(ends[2]).toBe('fsync ');
  await fill(folder);
  const restored = await withFault(none, () => restoreWorkspace(folder, null));
  const last = restored.trace.filter((each) => /^(fsync|rename)/.test(each)).slice(-3);
  expect(last).toEqual(['fsync /lab.db.part', 'rename /lab.db.part', 'fsync ']);
});
