import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { openLab } from '../../src-main/lab/service.ts';
import { Uploads } from '../../src-main/web/uploads.ts';
import { plain, smallFolder } from '../imageFolders.ts';
import { labOptions } from '../lab/fixtures/labOptions.ts';

const workspace = await mkdtemp(join(tmpdir(), 'esam-lab-uploaded-'));
afterAll(() => rm(workspace, { recursive: true }));

test('images that a browser has sent stay as long as their set, and no longer', { timeout: 60_000 }, async () => {
  const lab = await openLab(labOptions(workspace));
  const uploads = new Uploads(workspace);
  const served = uploads.clearingAfterImport(lab);
  const id = crypto.randomUUID();
  for (const [name, content] of Object.entries(await smallFolder())) {
    await uploads.take(id, `pets/${name}`, content.length, Readable.from([content]));
  }
  const folder = join(workspace, 'uploads', id, 'pets');
  const page = crypto.randomUUID();
  const { path } = await uploads.take(page, 'pets.zip', 1, Readable.from([Buffer.from('<')]));
  lab.grantPaths([path]);
  const refused = served.importDataset({ kind: 'auto', paths: [path], name: null, onDamaged: 'refuse' });
  await expect(refused).rejects.toThrow(/^pets\.zip is no archive, .* \(Import of pets\.zip\.\)$/);
  lab.grantPaths([folder]);
  const set = await served.importDataset({ kind: 'auto', paths: [folder], name: 'Pets', onDamaged: 'refuse' });
  const left = async (): Promise<string[]> => (await readdir(join(workspace, 'uploads'))).sort();
  await new Uploads(workspace).clearLeft();
  expect(await left()).toEqual([id]);

  // Sent once more and imported by a server that is killed before it hears so: a set of other images lies in this folder now.
  const again = crypto.randomUUID();
  const files = { ...(await smallFolder()), 'train/cat/9.png': await plain('white').png().toBuffer() };
  for (const [name, content] of Object.entries(files)) {
    await uploads.take(again, `pets/${name}`, content.length, Readable.from([content]));
  }
  const there = join(workspace, 'uploads', again, 'pets');
  lab.grantPaths([there]);
  const other = await lab.importDataset({ kind: 'auto', paths: [there], name: 'Others', onDamaged: 'refuse' });
  await new Uploads(workspace).clearLeft();
  expect(await left()).toEqual([id, again].sort());

  // A list that cannot be read may be of any of them.
  const list = join(workspace, 'datasets', other.id, 'manifest.jsonl');
  const whole = await readFile(list);
  await writeFile(list, 'damaged');
  await new Uploads(workspace).clearLeft();
  expect(await left()).toEqual([id, again].sort());
  await writeFile(list, whole);
  await served.deleteDataset({ id: other.id });
  await served.deleteDataset({ id: set.id });
  await new Uploads(workspace).clearLeft(); // as the next server does
  expect(await left()).toEqual([]);
  await lab.close();
});
