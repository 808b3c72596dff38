import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, isAbsolute } from 'node:path';
import { WebSocketServer } from 'ws';
import { grantPath, servedMark, socketPath, uploadPath } from '../../shared/browserPage.ts';
import type { Channel } from '../../shared/channel.ts';
import { LabError } from '../../shared/errors.ts';
import { mediaTypeOf, pageFile, pageHeaders } from '../page/pageFiles.ts';
import { Sessions } from './sessions.ts';
import { socketChannel } from './socketChannel.ts';
import { UploadRefused } from './uploads.ts';
import type { Uploads } from './uploads.ts';

/** A request of the lab's window is a form at most; the lab measures it again. */
const mostBytes = 1_000_000;
const mostPathBytes = 16_384;

export interface WebOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Folder of the built page. */
  readonly pageFolder: string;
  readonly uploads: Uploads;
  /** A tab has connected. */
  readonly onClient: (channel: Channel) => void;
  /** A person has typed the path of a data set, or uploaded it here. */
  readonly onGrant: (path: string) => void;
  /** An address was used; this one opens the next browser. */
  readonly onAddress: (address: string) => void;
}

export interface WebServer {
  /** Opens the page once, in whichever browser comes first. */
  readonly address: string;
  close(): Promise<void>;
}

const whyRefused: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens on it',
  EACCES: 'this user may not listen on it',
};

const usedAddress =
  'This address was used before, or is older than the lab. The terminal in which the lab runs shows the one that opens it now.';

const portRefused = (port: number, error: NodeJS.ErrnoException): Error => {
  const why = whyRefused[error.code ?? ''];
  if (why === undefined) return error;
  const message = `Port ${port} cannot be taken: ${why}. Choose another one, or 0 for any that is free.`;
  return new LabError('CONFIG_INVALID', message, { cause: error });
};

/**
 * Serves the lab's window to browsers of this machine. Whoever has no session, comes under another name than this machine's own (DNS
 * rebinding) or from another page gets nothing.
 * @throws LabError CONFIG_INVALID where the port is not to be had.
 */
export const startWebServer = async (options: WebOptions): Promise<WebServer> => {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(portRefused(options.port, error));
    server.once('error', refuse).listen(options.port, '127.0.0.1', resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const headers = pageHeaders(hosts.map((host) => `ws://${host}`));
  // Cookies do not tell ports apart: two labs on one machine need two names.
  const cookieName = `esam-lab-${port}`;
  const sessions = new Sessions();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostBytes });
  const addressNow = (): string => `http://${hosts[0] ?? ''}/?token=${sessions.token}`;

  const isOwnHost = ({ headers: { host } }: IncomingMessage): boolean => hosts.includes(host ?? '');
  const isOwnOrigin = ({ headers: { host, origin } }: IncomingMessage): boolean => origin === `http://${host ?? ''}`;
  const hasSession = ({ headers: { cookie = '' } }: IncomingMessage): boolean =>
    cookie.split(/;\s*/).some((pair) => {
      const [name, value = ''] = pair.split('=');
      return name === cookieName && sessions.has(value);
    });

  const answer = (
    response: ServerResponse,
    status: number,
    body: string | Buffer = '',
    more: Readonly<Record<string, string>> = {},
  ): ServerResponse => response.writeHead(status, { ...headers, 'referrer-policy': 'no-referrer', ...more }).end(body);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const { method = 'GET' } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isOwnHost(request)) return answer(response, 403);
    if (!isOwnOrigin(request) && !(isRead && request.headers.origin === undefined)) return answer(response, 403);
    const url = urlOf(request);
    if (url === null) return answer(response, 404);
    const token = url.searchParams.get('token');
    // Programs that look at a link before somebody opens it ask for its head: the token is for who opens it.
    if (method === 'GET' && url.pathname === '/' && token !== null) return enter(response, token);
    if (!hasSession(request)) return answer(response, 401);
    try {
      if (isRead) return await page(response, url.pathname);
      if (method === 'PUT' && url.pathname === uploadPath) {
        await upload(request, response, url);
        return;
      }
      if (method === 'POST' && url.pathname === grantPath) {
        await grant(request, response);
        return;
      }
      return answer(response, 404);
    } catch (error) {
      if (error instanceof UploadRefused) return answer(response, error.status, error.message);
      console.error(error);
      return answer(response, 500, 'The lab could not do this; its terminal says why.');
    }
  };

  const enter = (response: ServerResponse, token: string): ServerResponse => {
    const session = sessions.exchange(token);
    if (session === null) return answer(response, 401, usedAddress, { 'content-type': 'text/plain; charset=utf-8' });
    options.onAddress(addressNow());
    return answer(response, 303, '', {
      location: '/',
      'set-cookie': `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`,
    });
  };

  const page = async (response: ServerResponse, pathname: string): Promise<unknown> => {
    const file = pageFile(pathname === '/' ? '/index.html' : pathname, options.pageFolder);
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || body === null) return answer(response, 404);
    const isIndex = basename(file) === 'index.html';
    const mark = `<head><meta name="${servedMark}" />`;
    return answer(response, 200, isIndex ? body.toString('utf8').replace('<head>', mark) : body, {
      'content-type': mediaTypeOf(file),
    });
  };

  const upload = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [id, name] = ['id', 'name'].map((key) => url.searchParams.get(key) ?? '');
    const sizeBytes = Number(request.headers['content-length'] ?? NaN);
    const { path, folder } = await options.uploads.take(id ?? '', name ?? '', sizeBytes, request);
    options.onGrant(folder);
    answer(response, 200, JSON.stringify({ path }), { 'content-type': 'application/json' });
  };

  const grant = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = await textOf(request);
    const exists = isAbsolute(path) && (await stat(path).catch(() => null)) !== null;
    if (!exists) throw new UploadRefused(404, `There is no file or folder ${path} on the machine that runs the lab.`);
    options.onGrant(path);
    answer(response, 204);
  };

  server.on('upgrade', (request, socket, head) => {
    const isWelcome = isOwnHost(request) && isOwnOrigin(request) && urlOf(request)?.pathname === socketPath;
    if (!isWelcome || !hasSession(request)) {
      return socket.end(`HTTP/1.1 ${isWelcome ? '401 Unauthorized' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`);
    }
    sockets.handleUpgrade(request, socket, head, (client) => options.onClient(socketChannel(client)));
  });

  return {
    address: addressNow(),
    close: async () => {
      for (const client of sockets.clients) client.close(1001);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      setTimeout(() => sockets.clients.forEach((client) => client.terminate()), 1000).unref();
      server.closeAllConnections();
      await closed;
    },
  };
};

const urlOf = ({ url = '/' }: IncomingMessage): URL | null => URL.parse(url, 'http://lab.invalid');

/** @throws UploadRefused for more than a path. */
const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > mostPathBytes) throw new UploadRefused(413, 'This is longer than any path.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};
