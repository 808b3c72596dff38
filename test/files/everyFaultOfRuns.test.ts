import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sweepTrash } from '../../src-main/files/trash.ts';
import { streamWhole } from '../../src-main/files/writeWhole.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import type { ImportOptions } from '../../src-main/lab/datasets/index.ts';
import { emptyTrash } from '../../src-main/lab/emptyTrash.ts';
import { writeBundle } from '../../src-main/lab/requests/bundles.ts';
import { smallFolder } from '../imageFolders.ts';
import { addExperiment, dump, everything, importFrom, openWorkspace } from '../lab/bundles/stores.ts';
import type { TestWorkspace } from '../lab/bundles/stores.ts';
import { partsOf, zipOf } from '../lab/bundles/zip.ts';
import { tarGz } from '../lab/datasets/fixtures.ts';
import { everyFault, unfinished } from './everyFault.ts';

const slow = { timeout: 600_000 };
const life = { epochs: 2, steps: 1, end: 'finished', accuracy: 0.75, loss: 0.5, isAnalysed: false } as const;
let folder: string;
const at = (name: string): string => join(folder, name);

/** A workspace of two finished runs with checkpoints, an empty one, a bundle of those runs, and images. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esam-lab-fault-'));
  const from = await openWorkspace(at('from'));
  addExperiment(from, [
    { ...life, isCheckpointed: true },
    { ...life, isCheckpointed: true },
  ]);
  await bundleTo(from, at('Runs.esamlab'));
  from.store.close();
  (await openWorkspace(at('empty'))).store.close();
  const images = Object.entries(await smallFolder());
  for (const [name, content] of images) {
    mkdirSync(join(at('Images'), name, '..'), { recursive: true });
    writeFileSync(join(at('Images'), name), content);
  }
  await zipOf(at('Images.zip'), new Map(images));
  writeFileSync(at('Images.tgz'), await tarGz(images.map(([name, content]) => [{ name }, content])));
  return () => rmSync(folder, { recursive: true, force: true });
}, 60_000);

const bundleTo = async ({ store, checkpoints }: TestWorkspace, file: string): Promise<'done'> => {
  const parts = { store, checkpoints, labVersion: '0.0.0-test' };
  await streamWhole(file, (await writeBundle(parts, everything)).stream);
  return 'done';
};

/** Opens a copy of a workspace before any fault, and closes it after it was looked at. */
const withCopyOf = (template: 'from' | 'empty') => {
  let opened: TestWorkspace | null = null;
  return {
    prepare: async (workspace: string): Promise<void> => {
      cpSync(at(template), workspace, { recursive: true });
      opened = await openWorkspace(workspace);
    },
    use: (): TestWorkspace => {
      if (opened === null) throw new Error('It was not prepared.');
      return opened;
    },
  };
};

/** Checkpoints that the store knows, and those that lie there. */
const checkpointsOf = ({ store }: TestWorkspace, workspace: string): { known: string[]; there: string[] } => ({
  known: [...store.read.runs.all(), ...store.read.runs.inTrash()]
    .flatMap(({ id }) => store.read.checkpoints(id).map(({ fileName }) => `${String(id)}/${fileName}`))
    .sort(),
  there: existsSync(join(workspace, 'checkpoints'))
    ? readdirSync(join(workspace, 'checkpoints'), { recursive: true })
        .map(String)
        .filter((name) => name.includes('.ckpt'))
        .sort()
    : [],
});

test('a bundle is written whole or not at all, whichever file operation fails', slow, async () => {
  const copy = withCopyOf('from');
  let before: unknown;
  const whole = [...(await partsOf(at('Runs.esamlab'))).keys()].sort();
  const operations = await everyFault({
    prepare: async (workspace) => {
      await copy.prepare(workspace);
      before = dump(workspace);
      writeFileSync(join(workspace, 'Former.esamlab'), 'former');
    },
    work: (workspace) => bundleTo(copy.use(), join(workspace, 'Former.esamlab')),
    check: async (workspace, outcome) => {
      const file = join(workspace, 'Former.esamlab');
      if (outcome === null) expect(readFileSync(file, 'utf8')).toBe('former');
      else expect([...(await partsOf(file)).keys()].sort()).toEqual(whole);
      expect(unfinished(workspace)).toEqual([]);
      copy.use().store.close();
      expect(dump(workspace)).toEqual(before);
    },
  });
  expect(operations).toBeGreaterThan(10);
});

test(
  'a bundle is imported whole or not at all, whichever file operation fails, and the next import succeeds',
  slow,
  async () => {
    const copy = withCopyOf('empty');
    const operations = await everyFault({
      prepare: async (workspace) => {
        await copy.prepare(workspace);
        cpSync(at('Runs.esamlab'), join(workspace, 'Runs.esamlab'));
      },
      work: (workspace) => importFrom(copy.use(), join(workspace, 'Runs.esamlab')),
      check: async (workspace, outcome) => {
        const opened = copy.use();
        const { known, there } = checkpointsOf(opened, workspace);
        expect(known).toHaveLength(outcome === null ? 0 : 2);
        expect(there).toEqual(known);
        if (outcome === null) expect(opened.store.read.runs.all()).toEqual([]);
        const again = await importFrom(opened, join(workspace, 'Runs.esamlab'));
        expect(again).toMatchObject(outcome === null ? { addedRuns: 2, addedCheckpoints: 2 } : { knownRuns: 2 });
        expect(unfinished(workspace)).toEqual([]);
        opened.store.close();
      },
    });
    expect(operations).toBeGreaterThan(20);
  },
);

test('what an import that was killed had put in its place is in no later one’s way', async () => {
  const copy = withCopyOf('empty');
  const workspace = mkdtempSync(join(folder, 'killed-'));
  await copy.prepare(workspace);
  const opened = copy.use();
  await importFrom(opened, at('Runs.esamlab'));
  opened.store.close();
  for (const name of readdirSync(workspace).filter((each) => each.startsWith('lab.db'))) rmSync(join(workspace, name));
  cpSync(join(at('empty'), 'lab.db'), join(workspace, 'lab.db')); // as if nothing had been stored
  const later = await openWorkspace(workspace);
  expect(await importFrom(later, at('Runs.esamlab'))).toMatchObject({ addedRuns: 2, addedCheckpoints: 2 });
  later.store.close();
});

const importing = { name: null, onDamaged: 'refuse' } as const;
// In continuous integration, one kind of archive.
const isLong = process.env['ESAM_LAB_EVERY_FAULT'] !== undefined;
type Given = [what: string, given: string, kind: ImportOptions['kind']];
const tar: Given = ['images in a compressed tar', 'Images.tgz', 'auto'];
test.each<Given>([
  ['an image folder', 'Images', 'imageFolder'],
  ['images in a zip', 'Images.zip', 'auto'],
  ...(isLong ? [tar] : []),
])('%s comes in whole or not at all, whichever file operation fails', slow, async (_, given, kind) => {
  const operations = await everyFault({
    prepare: (workspace) => {
      mkdirSync(join(workspace, 'datasets'));
      cpSync(at(given), join(workspace, given), { recursive: true });
    },
    work: (workspace) =>
      openLibrary(join(workspace, 'datasets')).import({ ...importing, kind, paths: [join(workspace, given)] }),
    check: async (workspace, outcome) => {
      const library = openLibrary(join(workspace, 'datasets'));
      expect(unfinished(workspace)).toEqual([]);
      if (outcome !== null) expect(library.list().map(({ id }) => id)).toEqual([outcome.id]);
      const again = await library.import({ ...importing, kind, paths: [join(workspace, given)] });
      expect(library.list()).toEqual([again]);
    },
  });
  expect(operations).toBeGreaterThan(20);
});

test(
  'pruning checkpoints: whichever file operation fails, what is known is there, and what is there is known',
  slow,
  async () => {
    const copy = withCopyOf('from');
    await everyFault({
      prepare: async (workspace) => {
        await copy.prepare(workspace);
        copy.use().checkpoints.keep = 'none';
      },
      work: () => copy.use().checkpoints.pruneFinished(),
      check: (workspace, outcome) => {
        const { known, there } = checkpointsOf(copy.use(), workspace);
        expect(there).toEqual(known);
        expect(known.length + (outcome?.fileCount ?? 0)).toBe(2);
        copy.use().checkpoints.pruneFinished();
        expect(checkpointsOf(copy.use(), workspace)).toEqual({ known: [], there: [] });
        copy.use().store.close();
      },
    });
  },
);

test(
  'emptying the trash: whichever file operation fails, no file goes but into the trash, and what stays is known',
  slow,
  async () => {
    const copy = withCopyOf('from');
    await everyFault({
      prepare: async (workspace) => {
        await copy.prepare(workspace);
        copy.use().store.write.setDeleted([1], true);
      },
      work: () => emptyTrash(copy.use().store, copy.use().checkpoints),
      check: (workspace, outcome) => {
        const { known, there } = checkpointsOf(copy.use(), workspace);
        expect(there).toEqual(known);
        const trashed = existsSync(join(workspace, 'trash'))
          ? readdirSync(join(workspace, 'trash'), { recursive: true }).filter((name) => String(name).endsWith('.ckpt'))
          : [];
        expect(there.length + trashed.length).toBe(2);
        const staying = copy.use().store.read.runs.inTrash();
        expect(staying.length).toBe(known.length - 1);
        if (outcome !== null) {
          expect(outcome.runCount).toBe(1 - staying.length);
          if (staying.length === 0) expect(outcome.stays).toBeNull();
          else
            expect(outcome.stays).toMatch(
              /^1 run stays in the trash, .*\.ckpt of run 1: .*Mend that, and empty the trash again\.$/,
            );
        }
        expect(emptyTrash(copy.use().store, copy.use().checkpoints)).toMatchObject({
          runCount: staying.length,
          stays: null,
        });
        expect(checkpointsOf(copy.use(), workspace).there).toEqual([expect.stringMatching(/^2\//)]);
        copy.use().store.close();
      },
    });
  },
);

test(
  'sweeping the trash: whichever file operation fails, nothing else goes, and the next time takes the rest',
  slow,
  async () => {
    const dayBefore = '20200101T000000000Z-0123abcd';
    await everyFault({
      prepare: (workspace) => {
        for (const where of [`trash/${dayBefore}/checkpoints/1`, 'trash/mine', 'checkpoints/1'])
          mkdirSync(join(workspace, where), { recursive: true });
        for (const name of ['epoch-0001-step-00000001.ckpt', 'epoch-0002-step-00000002.ckpt'])
          for (const where of [`trash/${dayBefore}/checkpoints/1`, 'checkpoints/1'])
            writeFileSync(join(workspace, where, name), 'numbers');
        writeFileSync(join(workspace, 'trash/mine/epoch-0001-step-00000001.ckpt'), 'not the lab’s');
      },
      work: (workspace) => sweepTrash(workspace),
      check: (workspace) => {
        sweepTrash(workspace);
        expect(readdirSync(join(workspace, 'trash'))).toEqual(['mine']);
        expect(readdirSync(join(workspace, 'trash/mine'))).toHaveLength(1);
        expect(readdirSync(join(workspace, 'checkpoints/1'))).toHaveLength(2);
      },
    });
  },
);
