import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src-main/files/syncFolder.ts';
import { streamWhole, writeWhole } from '../../src-main/files/writeWhole.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import { backUpWorkspace, restoreWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { writeNumbers } from '../../src-main/trainer/checkpoints/file.ts';
import { smallFolder } from '../imageFolders.ts';
import { addExperiment, exportTo, importFrom, openWorkspace } from '../lab/bundles/stores.ts';
import { zipOf } from '../lab/bundles/zip.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';
import { lostByPowerCut } from './powerCut.ts';

const checkpoint = 'epoch-0001-step-00000001.ckpt';
const life = { epochs: 2, steps: 1, end: 'finished', accuracy: 0.75, loss: 0.5, isAnalysed: false } as const;
const importing = { kind: 'auto', name: null, onDamaged: 'refuse' } as const;

const withDatasets = (folder: string): string => {
  mkdirSync(join(folder, 'datasets'));
  return join(folder, 'datasets');
};

test('what the layer calls lost is what POSIX does not promise', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'old'));
  const lost = await lostByPowerCut(folder, () => {
    writeFileSync(join(folder, 'unsynced'), '');
    writeFileSync(join(folder, 'flushed, its name not'), '', { flush: true });
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'new', 'file'), '', { flush: true });
    writeFileSync(join(folder, 'old', 'part'), '', { flush: true });
    renameSync(join(folder, 'old', 'part'), join(folder, 'old', 'renamed'));
  });
  expect(lost).toEqual(['flushed, its name not', 'new/', 'new/file', 'old/renamed', 'unsynced']);
});

/** A folder → what is to be done in it. */
type Preparation = (folder: string) => Promise<() => unknown>;

const sharing: Preparation = async (folder) => {
  const workspace = await openWorkspace(folder);
  addExperiment(workspace, [
    { ...life, isCheckpointed: true },
    { ...life, isCheckpointed: false },
    { ...life, isCheckpointed: false },
  ]);
  const { checkpoints } = workspace;
  return () => {
    const [shared] = checkpoints.placing((place) => checkpoints.share(1, 2, place));
    if (shared !== undefined) checkpoints.adopt(3, join(folder, 'checkpoints', '1'), shared);
    workspace.store.close();
  };
};

/** All that is told to be done. */
const works: Record<string, Preparation> = {
  'a checkpoint, the first of its run': (folder) =>
    Promise.resolve(() => {
      makeFolder(join(folder, 'checkpoints', '1'));
      return writeNumbers(join(folder, 'checkpoints', '1', checkpoint), {}, [
        { name: 'w', shape: [1], numbers: Float32Array.of(1) },
      ]);
    }),
  'an export': (folder) => Promise.resolve(() => writeWhole(join(folder, 'table.csv'), 'method')),
  'a bundle': (folder) => Promise.resolve(() => streamWhole(join(folder, 'Runs.esamlab'), Readable.from(['zip']))),
  'a decoded data set': async (folder) => {
    const library = openLibrary(withDatasets(folder));
    const source = await folderWith(smallIdx());
    return () => library.import({ ...importing, paths: [source] });
  },
  'images that are unpacked': async (folder) => {
    const library = openLibrary(withDatasets(folder));
    const archive = join(temporaryFolder(), 'Images.zip');
    await zipOf(archive, new Map(Object.entries(await smallFolder())));
    return () => library.import({ ...importing, paths: [archive] });
  },
  'checkpoints of an imported bundle': async (folder) => {
    const from = await openWorkspace(join(temporaryFolder(), 'from'));
    addExperiment(from, [{ ...life, isCheckpointed: true }]);
    const file = join(temporaryFolder(), 'Runs.esamlab');
    await exportTo(from, file);
    from.store.close();
    const workspace = await openWorkspace(folder);
    return async () => {
      await importFrom(workspace, file);
      workspace.store.close();
    };
  },
  'checkpoints that two runs share, and one that came from a cluster': sharing,
  'a backup': async (folder) => {
    (await openWorkspace(folder)).store.close();
    return () => backUpWorkspace(folder, migrationsFolder);
  },
  'a backup that is put in place': async (folder) => {
    (await openWorkspace(folder)).store.close();
    await backUpWorkspace(folder, migrationsFolder);
    return () => restoreWorkspace(folder, null);
  },
};

test.skipIf(process.platform === 'win32').each(Object.entries(works))(
  '%s is on the disk, with the name that it has, when it is told',
  { timeout: 120_000 },
  async (_, prepare) => {
    const folder = temporaryFolder();
    const work = await prepare(folder);
    expect(await lostByPowerCut(folder, work)).toEqual([]);
  },
);

test.skipIf(process.platform === 'win32')('so are shared checkpoints where the file system has no links', async () => {
  const folder = temporaryFolder();
  const work = await sharing(folder);
  expect(await lostByPowerCut(folder, work, 'link')).toEqual([]);
});
