import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { serveFile } from '../runtimes/fileServer.ts';
import { idxImages, idxLabels } from './datasets/fixtures.ts';
import { openTestLab } from './fixtures/labs.ts';

const labels = (count: number): number[] => Array.from({ length: count }, (_, index) => index % 4);

/** An archive of IDX files. */
const archive = async (): Promise<Buffer> => {
  const tar = pack();
  const add = (name: string, content: Buffer): void => void tar.entry({ name }, content);
  add('train-images-idx3-ubyte', idxImages(400, 16, 16));
  add('train-labels-idx1-ubyte', idxLabels(labels(400)));
  add('t10k-images-idx3-ubyte', idxImages(40, 16, 16));
  add('t10k-labels-idx1-ubyte', idxLabels(labels(40)));
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return gzipSync(Buffer.concat(parts));
};

test('a published set is downloaded, goes on where it was cancelled, and is refused where its bytes are others', async () => {
  const content = await archive();
  const sha256 = createHash('sha256').update(content).digest('hex');
  const server = await serveFile('tiny.tar.gz', content, sha256);
  const file = { url: `${server.url}/files/tiny.tar.gz`, sizeBytes: content.length, sha256 };
  const set = { id: 'tiny', name: 'Tiny', text: '440 squares', page: server.url, sizeBytes: content.length };
  const { lab, folder, events } = await openTestLab(undefined, {
    publishedSets: [
      { ...set, files: [file] },
      { ...set, id: 'forged', files: [{ ...file, sha256: '0'.repeat(64) }] },
      { ...set, id: 'away', files: [{ ...file, url: 'http://127.0.0.1:1/tiny.tar.gz' }] },
      { ...set, id: 'asked-for', files: [] },
    ],
  });
  const half = Math.floor(content.length / 2);
  server.fault = { kind: 'stall', afterBytes: half };
  const first = lab.downloadDataset({ id: 'tiny' });
  const downloads = join(folder, 'downloads');
  await expect.poll(() => existsSync(downloads) && readdirSync(downloads).length).toBe(1);
  await expect(lab.downloadDataset({ id: 'tiny' })).rejects.toThrow('being downloaded already');
  await expect
    .poll(() => events.some((event) => event.type === 'importProgressed' && (event.share ?? 0) > 0.4), {
      timeout: 30_000,
    })
    .toBe(true);
  await lab.cancelDownload({});
  await expect(first).rejects.toThrow('cancelled; what has arrived is kept');

  server.fault = { kind: 'none' };
  const info = await lab.downloadDataset({ id: 'tiny' });
  expect(server.ranges).toEqual([null, `bytes=${half}-`]);
  expect([info.trainCount, info.testCount, info.classNames.length]).toEqual([400, 40, 4]);
  expect(readdirSync(downloads)).toEqual([]); // the library has what it needs
  expect((await lab.datasets({})).map(({ id }) => id)).toContain(info.id);

  await expect(lab.downloadDataset({ id: 'forged' })).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
  await expect(lab.downloadDataset({ id: 'away' })).rejects.toThrow(
    /could not be got from 127\.0\.0\.1 .*import the file/,
  );
  await expect(lab.downloadDataset({ id: 'asked-for' })).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  await expect(lab.downloadDataset({ id: 'no-such' })).rejects.toThrow('only tiny and forged and away');
  server.close();
});
