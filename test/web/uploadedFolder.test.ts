import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { openLab } from '../../src-main/lab/service.ts';
import { Uploads } from '../../src-main/web/uploads.ts';
import { smallFolder } from '../imageFolders.ts';
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
  lab.grantPaths([folder]);
  const set = await served.importDataset({ kind: 'auto', paths: [folder], name: 'Pets', onDamaged: 'refuse' });
  const left = async (): Promise<string[]> => (await readdir(join(workspace, 'uploads'))).sort();
  await new Uploads(workspace).clearLeft();
  expect(await left()).toEqual([id, `${id}.kept`]);
  await served.deleteDataset({ id: set.id });
  await new Uploads(workspace).clearLeft(); // as the next server does
  expect(await left()).toEqual([]);
  await lab.close();
});
