import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lineChannel } from '../../src-main/lab/lineChannel.ts';
import { askNeighbour } from '../../src-main/lab/neighbour.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { migrationsFolder } from './fixtures/labOptions.ts';
import { temporaryFolder } from './fixtures/labs.ts';

const labVersion = '0.0.0-test';

/** A workspace whose lab is being opened. */
const opening = async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder, {
    ...{ does: 'esam-lab run', labVersion, isBrief: false, isOpening: true },
  });
  onTestFinished(() => store.close());
  return { folder, store };
};

test('a lab that is just being opened is asked once its door is open', async () => {
  const { folder, store } = await opening();
  const asked = askNeighbour(folder, labVersion); // it has looked once when this returns
  const path = join(temporaryFolder(), 'door.sock');
  const server = createServer((socket) => {
    const channel = lineChannel(socket);
    channel.onMessage(() => channel.post({ type: 'welcome' }));
  }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  store.openDoor({ path, token: 'of this test' });
  const neighbour = await asked;
  expect(neighbour?.who).toContain('esam-lab run');
  await neighbour?.lab.close();
});

test('one that has no door is waited for no longer than it is being opened', async () => {
  const { folder, store } = await opening();
  const asked = askNeighbour(folder, labVersion);
  store.openDoor(null);
  expect(await asked).toBeNull();
});
