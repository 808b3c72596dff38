import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel } from '../../shared/channel.ts';
import { contentSecurityPolicy } from '../../shared/page.ts';
import { startWebServer, type WebServer } from '../../src-main/web/server.ts';

const base = mkdtempSync(join(tmpdir(), 'esam-lab-web-'));
afterAll(() => rmSync(base, { recursive: true }));
const servers: WebServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** A server whose lab answers every message with itself. */
const startServer = async () => {
  const folder = mkdtempSync(join(base, 'server-'));
  const rendererFolder = join(folder, 'page');
  mkdirSync(rendererFolder);
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>The page</title>');
  writeFileSync(join(folder, 'secret.json'), '{}');
  const [links, granted]: [string[], string[]] = [[], []];
  const server = await startWebServer({
    port: 0,
    rendererFolder,
    workspaceFolder: folder,
    connect: (channel: Channel) => channel.onMessage((message) => channel.post(message)),
    grantPaths: (paths) => granted.push(...paths),
    onLink: (url) => links.push(url),
  });
  servers.push(server);
  const first = new URL(links[0] ?? '');
  return { folder, links, granted, port: Number(first.port), first, server };
};
type Started = Awaited<ReturnType<typeof startServer>>;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}
const ask = (
  port: number,
  path: string,
  headers: Record<string, string> = {},
  { method = 'GET', body = '' }: { method?: string; body?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    asked.on('error', reject);
    asked.end(body);
  });

/** Follows the first link as a browser does, and answers the cookie. */
const enter = async ({ port, first }: Started): Promise<string> => {
  const { status, headers } = await ask(port, `${first.pathname}${first.search}`);
  expect([status, headers['location']]).toEqual([303, '/']);
  const [cookie = ''] = headers['set-cookie'] as string[];
  expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  return cookie.split(';')[0] ?? '';
};
const originOf = (port: number): string => `http://127.0.0.1:${port}`;
/** How a socket ends up: open, or refused with this status. */
const openSocket = (port: number, headers: Record<string, string>, path = '/lab'): Promise<WebSocket | string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('error', (error) => resolve(error.message));
  });

test('a link serves once; whoever came by it has the page, with the policy of the app', async () => {
  const started = await startServer();
  const cookie = await enter(started);
  const { status, body, headers } = await ask(started.port, '/', { cookie });
  expect([status, headers['content-security-policy']]).toEqual([200, contentSecurityPolicy]);
  expect(body).toContain('The page');
  const again = await ask(started.port, `/${started.first.search}`);
  expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
  expect(started.links).toHaveLength(2);
  expect(started.links[1]).not.toBe(started.links[0]);
});

test('a stranger, another name for this machine, and ways out of the folder get nothing', async () => {
  const started = await startServer();
  const { port } = started;
  const cookie = await enter(started);
  const name = cookie.split('=')[0] ?? '';
  const refused: [string, Record<string, string>, number][] = [
    ['/', {}, 401],
    ['/index.html', { cookie: `${name}=guessed` }, 401],
    ['/', { cookie: `${name}=` }, 401],
    ['/?token=guessed', { cookie }, 401],
    ['/', { cookie, host: `attacker.example:${port}` }, 403],
    [`/?token=${new URL(started.links[1] ?? '').searchParams.get('token') ?? ''}`, { host: 'attacker.example' }, 403],
    ['/', { cookie, host: '127.0.0.1' }, 403],
    ['/../secret.json', { cookie }, 404],
    ['/%2e%2e%2fsecret.json', { cookie }, 404],
    ['/..%5csecret.json', { cookie }, 404],
    ['/nothing.html', { cookie }, 404],
  ];
  for (const [path, headers, status] of refused) {
    const answer = await ask(port, path, headers);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.body).not.toMatch(/The page|\{\}/);
  }
  expect((await ask(port, '/', { cookie, host: `localhost:${port}` })).status).toBe(200);
});

test('it listens on the loopback interface only', async () => {
  const { port } = await startServer();
  const outcome = await new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.2', port });
    socket.on('connect', () => resolve('connected')).on('error', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
});

test('a socket needs the cookie and a page of this server', async () => {
  const started = await startServer();
  const { port } = started;
  const cookie = await enter(started);
  const origin = originOf(port);
  const forbidden: [Record<string, string>, string?][] = [
    [{ origin }],
    [{ cookie }],
    [{ cookie, origin: 'http://attacker.example' }],
    [{ cookie, origin: `http://127.0.0.1:${port + 1}` }],
    [{ cookie, origin: 'null' }],
    [{ cookie, origin, host: `attacker.example:${port}` }],
    [{ cookie, origin }, '/other'],
  ];
  for (const [headers, path] of forbidden) expect(await openSocket(port, headers, path)).toMatch(/403/);
  // Two pages at once, each with its own answers; what is no JSON, or too large, ends at the server.
  const [one, other] = [await openSocket(port, { cookie, origin }), await openSocket(port, { cookie, origin })];
  if (typeof one === 'string' || typeof other === 'string') throw new Error('both should be open');
  const message = {
    type: 'request',
    id: 1,
    input: { text: '“ρ”\u0000\u2028😀', numbers: [0.1, -0, 1e-320, 2 ** 53], none: null },
  };
  const heard = new Promise((resolve) =>
    one.once('message', (data) => resolve(JSON.parse((data as Buffer).toString()))),
  );
  one.send(JSON.stringify(message));
  expect(await heard).toEqual({ ...message, input: { ...message.input, numbers: [0.1, 0, 1e-320, 2 ** 53] } });
  const closed = new Promise((resolve) => other.once('close', resolve));
  other.send('x'.repeat(2_000_000));
  expect(await closed).toBe(1009);
  one.send('no JSON');
  expect(one.readyState).toBe(WebSocket.OPEN);
});

test('files that a page sends, and paths that its user types, are granted; their names lead nowhere else', async () => {
  const started = await startServer();
  const { port, folder, granted } = started;
  const headers = { cookie: await enter(started), origin: originOf(port) };
  const post = (path: string, body = '', more: Record<string, string> = {}): Promise<Answer> =>
    ask(port, path, { ...headers, ...more }, { method: 'POST', body });
  const upload = (name: string, body: string): Promise<Answer> =>
    post(`/upload?batch=one&name=${encodeURIComponent(name)}`, body);
  const answers = [await upload('train-images.gz', 'images'), await upload('train labels.gz', 'labels')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(granted.map((path) => readFileSync(path, 'utf8'))).toEqual(['images', 'labels']);
  expect(new Set(granted.map((path) => join(path, '..'))).size).toBe(1); // one batch, one folder
  for (const name of ['../escaped', '..', '.hidden', 'a/b', 'a\\b', '', 'x\u0000y', 'x'.repeat(201)]) {
    expect([name, (await upload(name, 'x')).status]).toEqual([name, 400]);
  }
  expect((await post('/upload?batch=one&name=train-images.gz', 'again')).status).toBe(500); // nothing is written over
  expect(readFileSync(granted[0] ?? '', 'utf8')).toBe('images');
  expect((await post(`/grant?path=${encodeURIComponent(folder)}`)).body).toBe(JSON.stringify({ path: folder }));
  expect((await post('/grant?path=relative/folder')).status).toBe(400);
  expect((await post(`/grant?path=${encodeURIComponent(join(folder, 'nowhere'))}`)).status).toBe(404);
  expect(
    (await post(`/grant?path=${encodeURIComponent(folder)}`, '', { origin: 'http://attacker.example' })).status,
  ).toBe(403);
  expect(granted).toHaveLength(3);
  writeFileSync(join(folder, 'uploads', 'notes.txt'), 'theirs');
  await started.server.close();
  servers.length = 0;
  expect(readdirSync(join(folder, 'uploads'))).toEqual(['notes.txt']);
});

test('a port that is taken is said', async () => {
  const { port, folder } = await startServer();
  const parts = {
    rendererFolder: folder,
    workspaceFolder: folder,
    connect: () => undefined,
    grantPaths: () => undefined,
  };
  const second = startWebServer({ ...parts, port, onLink: () => undefined });
  await expect(second).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
