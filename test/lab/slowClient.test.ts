import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel } from '../../shared/channel.ts';
import { lineChannel, mostWaitingBytes } from '../../src-main/lab/lineChannel.ts';
import { startWebServer } from '../../src-main/web/server.ts';
import { Uploads } from '../../src-main/web/uploads.ts';
import { temporaryFolder } from './fixtures/labs.ts';

const megabytes = 8;
const message = { type: 'event', text: 'x'.repeat(megabytes * 1_000_000) };
/** Messages that are surely more than may wait, even where the system's own buffers take a few. */
const tooMany = (1.3 * mostWaitingBytes) / (megabytes * 1_000_000);

/** A client that is connected and has its channel; `read` has it take what comes. */
interface Client {
  readonly channel: Channel;
  readonly read: (heard: (bytes: number) => void) => void;
  readonly isCutOff: () => boolean;
}

/** A socket of this machine, as of a command beside a lab. */
const besideALab = async (): Promise<() => Promise<Client>> => {
  const path = join(temporaryFolder(), 'door.sock');
  const arrived: Socket[] = [];
  const server = createServer((socket) => arrived.push(socket)).listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return async () => {
    const client = connect(path).pause();
    onTestFinished(() => void client.destroy());
    const count = arrived.length;
    await expect.poll(() => arrived.length).toBeGreaterThan(count);
    const socket = arrived[count];
    if (socket === undefined) throw new Error('Nobody came.');
    return {
      channel: lineChannel(socket),
      read: (heard) => void client.on('data', (piece: Buffer) => heard(piece.length)).resume(),
      isCutOff: () => socket.destroyed,
    };
  };
};

/** A tab of a browser, at the server that serves it. */
const inABrowser = async (): Promise<() => Promise<Client>> => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<html><head></head></html>');
  const arrived: Channel[] = [];
  const server = await startWebServer({
    ...{ port: 0, pageFolder: join(folder, 'page'), uploads: new Uploads(folder) },
    onClient: (channel) => void arrived.push(channel),
    onGrant: () => undefined,
    onAddress: () => undefined,
  });
  onTestFinished(() => server.close());
  const entered = await fetch(server.address, { redirect: 'manual' });
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { origin, host } = new URL(server.address);
  return async () => {
    const count = arrived.length;
    const client = new WebSocket(`ws://${host}/socket`, { headers: { cookie, origin }, maxPayload: 2 ** 30 });
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    client.pause();
    await expect.poll(() => arrived.length).toBeGreaterThan(count);
    const channel = arrived[count];
    if (channel === undefined) throw new Error('Nobody came.');
    let isClosed = false;
    channel.onClose(() => (isClosed = true));
    return {
      channel,
      read: (heard) => {
        client.on('message', (data: Buffer) => heard(data.length));
        client.resume();
      },
      isCutOff: () => isClosed,
    };
  };
};

test.each([
  { name: 'a command that was suspended', open: besideALab },
  { name: 'a tab that reads nothing', open: inABrowser },
])('$name is cut off once 256 MB wait for it; whoever reads hears everything', async ({ open }) => {
  const client = await open();
  const [idle, reader] = [await client(), await client()];
  let heard = 0;
  reader.read((bytes) => (heard += bytes));
  let cutOffAfter: number | null = null;
  for (let sent = 1; sent <= tooMany; sent++) {
    idle.channel.post(message);
    reader.channel.post(message);
    await expect.poll(() => heard, { timeout: 60_000, interval: 1 }).toBeGreaterThanOrEqual(sent * message.text.length);
    if (idle.isCutOff()) cutOffAfter ??= sent * megabytes;
  }
  expect(reader.isCutOff()).toBe(false);
  // The system's own buffers take a few more.
  expect(cutOffAfter).toBeGreaterThanOrEqual(mostWaitingBytes / 1_000_000);
  expect(cutOffAfter).toBeLessThan(mostWaitingBytes / 1_000_000 + 5 * megabytes);
});
