import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import type { DatasetInfo } from '../../shared/dataset.ts';
import { smallIdx, tarGz } from '../lab/datasets/fixtures.ts';
import { openTestLab } from '../lab/fixtures/labs.ts';
import { serveFile } from '../runtimes/fileServer.ts';
import { cli, startCli, untilSaid } from './spawnCli.ts';

const slow = { timeout: 600_000 }; // each command is a process of its own, on a busy machine

// The lab that has the workspace open does what commands ask for: it knows of a set that this test publishes.
test('import-data --download goes on where Ctrl-C cut it short, and fetches nothing that is there', slow, async () => {
  const files = Object.entries({ ...smallIdx(), 'notes.txt': randomBytes(100_000) }); // these do not shrink in the archive
  const content = await tarGz(files.map(([name, bytes]) => [{ name }, bytes]));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const server = await serveFile('small.tar.gz', content, sha256);
  onTestFinished(() => server.close());
  const file = { url: `${server.url}/files/small.tar.gz`, sizeBytes: content.length, sha256 };
  const set = { id: 'small', name: 'Small', text: 'a few', page: server.url, sizeBytes: content.length };
  const { folder, events } = await openTestLab(undefined, {
    labVersion: manifest.version,
    publishedSets: [
      { ...set, files: [file] },
      { ...set, id: 'signed-for', files: [] },
    ],
  });

  const half = Math.floor(content.length / 2);
  server.fault = { kind: 'stall', afterBytes: half };
  const first = startCli(folder, ['import-data', '--download', 'small']);
  await untilSaid(first.child, 'The workspace is open in');
  const arrived = (): boolean => events.some((event) => event.type === 'importProgressed' && (event.share ?? 0) > 0.4);
  await expect.poll(arrived, { timeout: 300_000 }).toBe(true);
  first.child.kill('SIGINT');
  const stderr = expect.stringContaining('what has arrived is kept') as string;
  expect(await first.ended).toMatchObject({ code: 130, stdout: '', stderr });

  server.fault = { kind: 'none' };
  const again = await cli(folder, ['import-data', '--download', 'small', '--json']);
  expect(again.code).toBe(0);
  const { id, trainCount } = JSON.parse(again.stdout) as DatasetInfo;
  expect({ id, trainCount }).toEqual({ id: 'small', trainCount: 4 });
  expect(server.ranges).toEqual([null, `bytes=${half}-`]);
  expect(readdirSync(join(folder, 'downloads'))).toEqual([]); // the library has what it needs

  const third = await cli(folder, ['import-data', '--download', 'small']);
  expect(third).toMatchObject({ code: 0, stderr: expect.stringContaining('in the library already') as string });
  expect(server.ranges).toHaveLength(2);
  const refused = await cli(folder, ['import-data', '--download', 'signed-for']);
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('those who sign in at') as string });
  expect((await cli(folder, ['import-data', '--download', 'x'])).stderr).toContain('only small; import its files');
});
