import { mkdtemp, rm, writeFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startWebServer } from '../../src-main/web/server.ts';
import type { WebServer } from '../../src-main/web/server.ts';
import { Uploads } from '../../src-main/web/uploads.ts';

let folder = '';
let server: WebServer;
let addresses: string[] = [];
const granted: string[] = [];
const received: unknown[] = [];
let cookie = '';
let origin = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esam-lab-web-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page/index.html'), '<html><head></head></html>');
  await writeFile(join(folder, 'secret.json'), 'secret');
  server = await startWebServer({
    port: 0,
    pageFolder: join(folder, 'page'),
    uploads: new Uploads(folder),
    onClient: (channel) => channel.onMessage((message) => received.push(message)),
    onGrant: (path) => granted.push(path),
    onAddress: (address) => addresses.push(address),
  });
  addresses = [server.address];
  origin = new URL(server.address).origin;
  // A program that only looks at the link, as those that show a preview, does not use it up.
  expect(await ask(server.address, {}, { method: 'HEAD' })).toMatchObject({ status: 401, cookie: '' });
  const entered = await ask(server.address);
  cookie = entered.cookie.split(';')[0] ?? '';
  expect(entered).toMatchObject({ status: 303, location: '/' });
  expect(entered.cookie).toContain('HttpOnly; SameSite=Strict');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const ask = (
  path: string,
  headers: Record<string, string> = {},
  { method = 'GET', body = '' } = {},
): Promise<{ status: number; body: string; cookie: string; location: string | undefined; policy: unknown }> =>
  new Promise((resolve, reject) => {
    const { port, pathname, search } = new URL(path, origin || path);
    // `path` as it is: a URL would tidy away the dots of a traversal.
    const raw = path.startsWith('/') ? path : pathname + search;
    const sent = request({ host: '127.0.0.1', port, path: raw, method, headers }, (response) => {
      void text(response).then((answer) =>
        resolve({
          status: response.statusCode ?? 0,
          body: answer,
          cookie: response.headers['set-cookie']?.[0] ?? '',
          location: response.headers.location,
          policy: response.headers['content-security-policy'],
        }),
      );
    });
    sent.on('error', reject).end(body);
  });

const upgrade = (headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers });
    socket.on('open', () => resolve(101)).on('error', () => undefined);
    socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
  });

test('a session gets the page under the policy, marked as served', async () => {
  const page = await ask('/', { cookie });
  expect(page).toMatchObject({ status: 200 });
  expect(page.body).toContain('esam-lab-served');
  expect(page.policy).toContain(`connect-src 'self' ws://127.0.0.1:`);
});

test('a stranger, a used token, a rebound name and a foreign page get nothing', async () => {
  expect(await ask('/')).toMatchObject({ status: 401, body: '' });
  expect(await ask('/', { cookie: `${cookie.split('=')[0] ?? ''}=wrong` })).toMatchObject({ status: 401, body: '' });
  const used = await ask(server.address);
  expect(used).toMatchObject({ status: 401, cookie: '' });
  expect(used.body).toMatch(/^This address was used before.* The terminal .* shows the one that opens it now\.$/);
  expect(await ask('/', { cookie, host: 'evil.example' })).toMatchObject({ status: 403, body: '' });
  expect(await ask('/', { cookie, origin: 'http://evil.example' })).toMatchObject({ status: 403, body: '' });
  expect(await ask('/grant', { cookie }, { method: 'POST', body: folder })).toMatchObject({ status: 403, body: '' });
  expect(await ask('/grant', { origin }, { method: 'POST', body: folder })).toMatchObject({ status: 401, body: '' });
  expect(granted).toEqual([]);
});

test('a socket needs session, name and origin', async () => {
  expect(await upgrade({ origin })).toBe(401);
  expect(await upgrade({ cookie })).toBe(403);
  expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403);
  expect(await upgrade({ cookie, origin, host: 'evil.example' })).toBe(403);
  expect(await upgrade({ cookie, origin })).toBe(101);
});

test('a message over the size limit, binary data and what is no message end the connection', async () => {
  for (const [message, code] of [
    ['x'.repeat(1_000_001), 1009],
    [Buffer.from([1]), 1007],
    ['{', 1007],
  ] as const) {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { cookie, origin } });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(message));
    expect(await closed).toBe(code);
  }
  expect(received).toEqual([]);
});

test('no path leaves the folder of the page', async () => {
  for (const path of [
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/..%5csecret.json',
    '/%00.json',
  ]) {
    expect(await ask(path, { cookie })).toMatchObject({ status: 404, body: '' });
  }
});

test('an upload lies in its own folder, and no name leaves it', async () => {
  const id: string = crypto.randomUUID();
  const put = (name: string, choice = id) =>
    ask(
      `/upload?${new URLSearchParams({ id: choice, name }).toString()}`,
      { cookie, origin },
      { method: 'PUT', body: 'abc' },
    );
  expect((await put('train/0/a.png')).status).toBe(200);
  expect(await readFile(join(folder, 'uploads', id, 'train/0/a.png'), 'utf8')).toBe('abc');
  expect(granted).toEqual([join(folder, 'uploads', id)]);
  for (const name of ['../a', '/a', 'a/../../b', 'a\\b', '', 'x'.repeat(300)])
    expect((await put(name)).status).toBe(400);
  expect((await put('a', '../..')).status).toBe(400);
  await new Uploads(folder).clearLeft();
  expect(await readdir(join(folder, 'uploads'))).toEqual([]);
});

test('a port that another program has is refused in words', async () => {
  const taken = Number(new URL(server.address).port);
  const options = { port: taken, pageFolder: join(folder, 'page'), uploads: new Uploads(folder) };
  const nothing = (): void => undefined;
  await expect(
    startWebServer({ ...options, onClient: nothing, onGrant: nothing, onAddress: nothing }),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `Port ${taken} cannot be taken: another program listens on it. Choose another one, or 0 for any that is free.`,
  });
});
