import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { remove } from '../../src-main/files/remove.ts';
import type { RemovalKind } from '../../src-main/files/removals.ts';
import { sweepTrash, trashIn } from '../../src-main/files/trash.ts';
import { writeWhole } from '../../src-main/files/writeWhole.ts';

vi.spyOn(console, 'error').mockReturnValue();
const base = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(base, { recursive: true }));
const freshFolder = (): string => mkdtempSync(join(base, 'root-'));
const everything = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort();

const checkpoint = 'epoch-0003-step-00000021.ckpt';
/** A name that may be deleted, of each kind, and one that it might be confused with. */
const names: [RemovalKind, string, string][] = [
  ['checkpoint', checkpoint, 'epoch-best.ckpt'],
  ['checkpoint', checkpoint, `${checkpoint}.aside-20261127T112800000Z`],
  ['unfinishedCheckpoint', `${checkpoint}.123.part`, `${checkpoint}.part`],
  ['unfinishedDatabase', 'lab.db.part-wal', 'lab.db'],
  ['databaseCompanion', 'lab.db-shm', 'other.db-shm'],
  ['unfinishedText', 'table.tex.0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f.part', 'table.tex'],
  ['download', `${'a'.repeat(64)}.part`, 'model.part'],
];

test.each(names)('%s: %s goes, %s stays', (kind, ours, theirs) => {
  const root = freshFolder();
  for (const name of [ours, theirs]) writeFileSync(join(root, name), '');
  expect(remove(kind, root, ours)).toEqual([]);
  expect(remove(kind, root, theirs)).toHaveLength(1);
  expect(everything(root)).toEqual([theirs]);
  expect(remove(kind, root, ours)).toEqual([]); // gone already
});

test('links, folders in a file’s place and ways out of the root are left alone', () => {
  const root = freshFolder();
  const elsewhere = freshFolder();
  writeFileSync(join(elsewhere, checkpoint), 'theirs');
  symlinkSync(join(elsewhere, checkpoint), join(root, checkpoint));
  symlinkSync(elsewhere, join(root, 'linked'));
  mkdirSync(join(root, 'inner', checkpoint), { recursive: true });
  const before = everything(root);
  expect(remove('checkpoint', root, checkpoint)).toHaveLength(1);
  expect(remove('checkpoint', root, 'linked', checkpoint)).toHaveLength(1);
  expect(remove('checkpoint', root, 'inner', checkpoint)).toHaveLength(1);
  expect(remove('checkpoint', join(root, 'inner'), '..', 'linked', checkpoint)).toHaveLength(1);
  expect(trashIn(root).take('checkpoint', 'linked', checkpoint)).toMatch(/link/);
  expect(trashIn(root).take('folder', 'linked')).toMatch(/link/);
  expect(everything(root)).toEqual(before);
  expect(readFileSync(join(elsewhere, checkpoint), 'utf8')).toBe('theirs');
});

// Only there can a folder be held while something is done in it.
test.skipIf(process.platform !== 'linux')(
  'a link that comes into a folder’s place after it was looked at leads nowhere',
  () => {
    const [root, elsewhere] = [freshFolder(), freshFolder()];
    for (const name of [checkpoint, 'train-images.u8']) writeFileSync(join(elsewhere, name), 'theirs');
    for (const name of ['7', '.import-abcdef']) mkdirSync(join(root, 'folder', name), { recursive: true });
    const { lstatSync } = fs;
    const swappingAfterALook = (name: string, work: () => unknown): void => {
      const path = join(root, 'folder', name);
      vi.spyOn(fs, 'lstatSync').mockImplementation(((looked: string) => {
        const found = lstatSync(looked);
        if (looked.endsWith(name) && found.isDirectory()) {
          renameSync(path, `${path}-away`);
          symlinkSync(elsewhere, path);
        }
        return found;
      }) as typeof lstatSync);
      syncBuiltinESMExports();
      try {
        work();
      } finally {
        vi.mocked(fs.lstatSync).mockRestore();
        syncBuiltinESMExports();
      }
      expect(lstatSync(path).isSymbolicLink()).toBe(true); // it was swapped
    };
    swappingAfterALook('7', () => expect(remove('checkpoint', root, 'folder', '7', checkpoint)).toHaveLength(1));
    swappingAfterALook('.import-abcdef', () => remove('unfinishedImport', root, 'folder', '.import-abcdef'));
    expect(everything(elsewhere)).toEqual([checkpoint, 'train-images.u8']);
  },
);

test('a folder goes file by file: what is not ours in it stays, and only links of a library go, not what they mean', () => {
  const root = freshFolder();
  const elsewhere = freshFolder();
  writeFileSync(join(elsewhere, 'libm.so'), 'theirs');
  const library = '2.21.0-cpu-linux-x64';
  for (const name of ['.import-abcdef', library]) {
    mkdirSync(join(root, name, 'inner'), { recursive: true });
    writeFileSync(join(root, name, 'train-images.u8'), '');
    symlinkSync(join(elsewhere, 'libm.so'), join(root, name, 'inner', 'libm.so'));
    symlinkSync(elsewhere, join(root, name, 'folder'));
  }
  expect(remove('library', root, library)).toEqual([]);
  expect(remove('unfinishedImport', root, '.import-abcdef')).toHaveLength(2);
  expect(everything(root)).toEqual(
    ['', '/folder', '/folder/libm.so', '/inner', '/inner/libm.so'].map((name) => `.import-abcdef${name}`).sort(),
  );
  expect(readFileSync(join(elsewhere, 'libm.so'), 'utf8')).toBe('theirs');
});

test('the trash keeps a thing for a day, and what it did not put there for ever', () => {
  const root = freshFolder();
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  mkdirSync(join(root, 'checkpoints', '7'), { recursive: true });
  writeFileSync(join(root, 'checkpoints', '7', checkpoint), 'weights');
  expect(trashIn(root, new Date(at)).take('checkpoint', 'checkpoints', '7', checkpoint)).toBeNull();
  const [name = ''] = readdirSync(join(root, 'trash'));
  writeFileSync(join(root, 'trash', 'notes.txt'), 'theirs');
  mkdirSync(join(root, 'trash', 'mine'));
  const day = 24 * 3_600_000;
  sweepTrash(root, at + day);
  expect(readFileSync(join(root, 'trash', name, 'checkpoints', '7', checkpoint), 'utf8')).toBe('weights');
  writeFileSync(join(root, 'trash', name, 'thesis.tex'), 'theirs');
  sweepTrash(root, at + day + 1);
  expect(everything(join(root, 'trash'))).toEqual([name, `${name}/thesis.tex`, 'mine', 'notes.txt'].sort());
  rmSync(join(root, 'trash', name, 'thesis.tex'));
  sweepTrash(root, at + day + 1);
  expect(existsSync(join(root, 'trash', name))).toBe(false);
});

test('a text is written whole or not at all', async () => {
  const root = freshFolder();
  await writeWhole(join(root, 'table.tex'), 'one');
  await writeWhole(join(root, 'table.tex'), 'two');
  expect(readFileSync(join(root, 'table.tex'), 'utf8')).toBe('two');
  mkdirSync(join(root, 'taken', 'inner'), { recursive: true });
  await expect(writeWhole(join(root, 'taken'), 'three')).rejects.toThrow();
  expect(everything(root)).toEqual(['table.tex', 'taken', 'taken/inner']);
});
