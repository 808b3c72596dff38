import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { tmpdir } from 'node:os';
import { afterAll } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { addExperiment, dump, exportTo, importFrom, openWorkspace } from './stores.ts';
import { edited, partsOf, patched, relisted, zipOf } from './zip.ts';
import type { Parts } from './zip.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const good = join(folder, 'good.esamlab');
let parts: Parts = new Map();
const checkpointName = (): string => [...parts.keys()].find((name) => name.endsWith('.ckpt')) ?? '';

beforeAll(async () => {
  const from = await openWorkspace(join(folder, 'from'));
  const life = { epochs: 2, steps: 2, end: 'finished', accuracy: 0.75, loss: 0.5 } as const;
  addExperiment(from, [
    { ...life, isCheckpointed: true, isAnalysed: true },
    { ...life, isCheckpointed: false, isAnalysed: false },
  ]);
  await exportTo(from, good);
  from.store.close();
  parts = await partsOf(good);
});

type Make = (file: string) => Promise<void>;
const zipped =
  (change: (parts: Parts) => Parts, mode?: number): Make =>
  (file) =>
    zipOf(file, change(new Map(parts)), mode);
const withPart = (name: string, content = 'x'): Make => zipped((all) => relisted(all.set(name, Buffer.from(content))));
const run = (change: (run: Record<string, unknown>) => unknown): Make =>
  zipped((all) => edited(all, 'runs/1.json', change));
const listOf = (value: unknown): Record<string, unknown>[] => value as Record<string, unknown>[];
/** As `patched`, of the good bundle. */
const rewritten =
  (from: string, to: string): Make =>
  async (file) => {
    await zipOf(file, parts, undefined, true);
    await patched(file, from, to);
  };

const hostile: Record<string, [make: Make, said: RegExp]> = {
  'a path that leads outside': [
    async (file) => {
      await zipOf(file, relisted(new Map(parts).set('runs/99.json', Buffer.from('x'))));
      await patched(file, 'runs/99.json', '../../x.json');
    },
    /no whole bundle|table of contents|no part of a bundle/,
  ],
  'an absolute path': [
    async (file) => {
      await zipOf(file, relisted(new Map(parts).set('runs/99.json', Buffer.from('x'))));
      await patched(file, 'runs/99.json', '/tmp/99.json');
    },
    /no whole bundle|table of contents|no part of a bundle/,
  ],
  'a database beside the runs': [withPart('lab.db'), /holds "lab.db", which is no part/],
  'a checkpoint of another name': [withPart('checkpoints/1/evil.so'), /no part of a bundle/],
  'a link': [zipped((all) => all, 0o120777), /link or device/],
  'a device': [zipped((all) => all, 0o020666), /link or device/],
  'a bomb': [
    (file) => zipOf(file, relisted(new Map(parts).set('runs/3.json', Buffer.alloc(300 * 1024 * 1024, 32)))),
    /more than 256 MiB/,
  ],
  'a size that lies': [
    async (file) => {
      const manifest = parts.get('bundle.json')?.toString() ?? '';
      const size = /"runs\/1.json","sizeBytes":(\d+)/.exec(manifest)?.[1] ?? '';
      const lied = manifest.replace(`"sizeBytes":${size}`, `"sizeBytes":${String(Number(size) - 1)}`);
      await zipOf(file, new Map(parts).set('bundle.json', Buffer.from(lied)));
    },
    /runs\/1.json" is not what was exported/,
  ],
  'a changed part': [
    zipped((all) =>
      all.set('runs/1.json', Buffer.from((all.get('runs/1.json') ?? '').toString().replace('0.75', '0.95'))),
    ),
    /runs\/1.json" is not what was exported/,
  ],
  'a changed checkpoint': [
    zipped((all) => all.set(checkpointName(), Buffer.from((all.get(checkpointName()) ?? []).map((byte) => byte ^ 1)))),
    /\.ckpt" is not what was exported/,
  ],
  'a changed list of parts': [rewritten('"labVersion":"0.0.0-test"', '"labVersion":"9.9.9-evil"'), /damaged/],
  'a missing part': [
    zipped((all) => {
      all.delete('runs/2.json');
      return all;
    }),
    /has no part "runs\/2.json"/,
  ],
  'a part that is not listed': [zipped((all) => all.set('runs/3.json', Buffer.from('{}'))), /does not name/],
  'an orphaned checkpoint': [
    (file) =>
      zipOf(file, relisted(new Map(parts).set('checkpoints/2/epoch-0001-step-00000010.ckpt', Buffer.from('x')))),
    /no checkpoint of its runs/,
  ],
  'a newer format': [
    zipped((all) =>
      all.set(
        'bundle.json',
        Buffer.from((all.get('bundle.json') ?? '').toString().replace('"version":1', '"version":2')),
      ),
    ),
    /newer version of ESAM Lab \(format 2; this one reads 1\)\. Update the lab/,
  ],
  'a foreign field': [run((value) => ({ ...value, onImport: 'rm -rf' })), /does not understand: "runs\/1.json"/],
  'a foreign setting': [
    run((value) => ({ ...value, config: { ...(value['config'] as object), exec: 'x' } })),
    /at "config" .*exec/,
  ],
  'a run that still runs': [run((value) => ({ ...value, state: 'running' })), /at "state"/],
  'an accuracy of 200 %': [
    run((value) => {
      const epochs = listOf(value['epochs']);
      return {
        ...value,
        epochs: epochs.map((each) => ({ ...each, metrics: { ...(each['metrics'] as object), testAccuracy: 2 } })),
      };
    }),
    /testAccuracy/,
  ],
  'an epoch twice': [
    run((value) => ({ ...value, epochs: [...listOf(value['epochs']), ...listOf(value['epochs'])] })),
    /each once/,
  ],
  'a run of no experiment': [run((value) => ({ ...value, experiment: 7 })), /no experiment/],
  'a huge count of seeds': [
    zipped((all) =>
      edited(all, 'experiments.json', (value) =>
        listOf(value).map((each) => ({
          ...each,
          experiment: { ...(each['experiment'] as object), seeds: Array.from({ length: 1e6 }, (_, seed) => seed) },
        })),
      ),
    ),
    /seeds/,
  ],
  'text that is no JSON': [zipped((all) => relisted(all.set('runs/1.json', Buffer.from('{"config":')))), /no JSON/],
  'a name with a line break': [
    run((value) => ({ ...value, origin: { ...(value['origin'] as object), lab: '../../../etc/passwd' } })),
    /origin.lab/,
  ],
  'no bundle, but a zip': [(file) => zipOf(file, new Map([['runs/1.json', Buffer.from('{}')]])), /no "bundle.json"/],
  'an empty file': [async (file) => writeFileSync(file, ''), /cut off/],
  'a picture': [async (file) => writeFileSync(file, Buffer.from('89504e470d0a1a0a0000', 'hex')), /cut off/],
};

test.each(Object.entries(hostile))('%s is refused in one sentence, and nothing is changed', async (_, [make, said]) => {
  const root = temporaryFolder();
  const to = await openWorkspace(join(root, 'to'));
  onTestFinished(() => to.store.close());
  const file = join(root, 'x.esamlab');
  await make(file);
  const before = [dump(to.folder), readdirSync(to.folder).sort()];
  const error: unknown = await importFrom(to, file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LabError);
  const { code, message } = error as LabError;
  expect([code, message]).toEqual(['BUNDLE_REFUSED', expect.stringMatching(said)]);
  expect(message).not.toContain(root);
  expect(message).toMatch(/^x\.esamlab .*Nothing was imported\.$/);
  expect([dump(to.folder), readdirSync(to.folder).sort()]).toEqual(before);
  expect(readdirSync(root).sort()).toEqual(['to', 'x.esamlab']);
});

test('a bundle that is cut off anywhere is refused', async () => {
  const root = temporaryFolder();
  const to = await openWorkspace(join(root, 'to'));
  onTestFinished(() => to.store.close());
  const whole = readFileSync(good);
  const before = dump(to.folder);
  for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 60)) {
    writeFileSync(join(root, 'x.esamlab'), whole.subarray(0, length));
    await expect(importFrom(to, join(root, 'x.esamlab'))).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' });
  }
  expect(dump(to.folder)).toEqual(before);
});

test('what lies in a checkpoint’s place is set aside by an import, never lost', async () => {
  const root = temporaryFolder();
  const to = await openWorkspace(join(root, 'to'));
  onTestFinished(() => to.store.close());
  const inTheWay = to.checkpoints.pathOf(1, checkpointName().split('/').at(-1) ?? '');
  mkdirSync(join(inTheWay, '..'), { recursive: true });
  writeFileSync(inTheWay, 'mine');
  expect(await importFrom(to, good)).toMatchObject({ addedCheckpoints: 1 });
  const [name = '', ...others] = readdirSync(join(inTheWay, '..')).filter((each) => each !== basename(inTheWay));
  expect([name.startsWith(`${basename(inTheWay)}.aside-`), others]).toEqual([true, []]);
  expect(readFileSync(join(inTheWay, '..', name), 'utf8')).toBe('mine');
  expect(readFileSync(inTheWay)).toEqual(parts.get(checkpointName()));
});
