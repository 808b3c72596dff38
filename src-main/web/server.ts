import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, isAbsolute } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Channel } from '../../shared/channel.ts';
import { LabError } from '../../shared/errors.ts';
import type { GrantedPath } from '../../shared/page.ts';
import { mediaTypes, pageHeaders, webPaths } from '../../shared/page.ts';
import { servedFile } from '../files/servedFile.ts';
import { cookieName, cookieOf, isOwnHost, isOwnOrigin } from './requests.ts';
import { sessions } from './sessions.ts';
import { socketChannel } from './socketChannel.ts';
import { uploads } from './uploads.ts';

export interface WebServerParts {
  /** 0 = any that is free. */
  readonly port: number;
  /** The built page. */
  readonly rendererFolder: string;
  readonly workspaceFolder: string;
  /** Puts the lab, or the reason why there is none, behind a page's channel. */
  readonly connect: (channel: Channel) => void;
  /** Lets the lab import from these paths. */
  readonly grantPaths: (paths: readonly string[]) => void;
  /** A link was used: the next one is another. */
  readonly onLink: (url: string) => void;
}

export interface WebServer {
  close(): Promise<void>;
}

/** As much as `serve` takes of one request, and a little for the JSON around it. */
const mostMessageBytes = 1_100_000;

/**
 * Serves the window's page to browsers of this machine: on the loopback interface only, to whoever came by a link that serves once. Whoever
 * did not, or comes by another name or from another page, gets nothing.
 * @throws LabError CONFIG_INVALID if the port is taken.
 */
export const startWebServer = async (parts: WebServerParts): Promise<WebServer> => {
  const { rendererFolder } = parts;
  const access = sessions();
  const received = uploads(parts.workspaceFolder);
  received.clear();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes, perMessageDeflate: false });
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error('A request of a browser failed:', error);
      if (!response.headersSent) end(response, 500, 'The lab could not do this; see its terminal.');
      else response.destroy();
    });
  });
  await listening(server, parts.port);
  const { port } = server.address() as AddressInfo;
  const tellLink = (): void => parts.onLink(`http://127.0.0.1:${port}/?token=${access.token()}`);
  const isFrom = (request: IncomingMessage): boolean => isOwnHost(request, port) && isOwnOrigin(request, port);
  const isKnown = (request: IncomingMessage): boolean => access.knows(cookieOf(request, cookieName(port)));

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnHost(request, port)) {
      end(response, 403);
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    const token = searchParams.get('token');
    if (request.method === 'GET' && token !== null) {
      enter(response, token);
      return;
    }
    if (!isKnown(request)) {
      end(response, 401, 'Open the address that the terminal shows; it serves once.');
      return;
    }
    if (request.method === 'GET') return sendFile(response, pathname === '/' ? '/index.html' : pathname);
    if (request.method !== 'POST' || request.headers.origin === undefined || !isFrom(request)) {
      end(response, 403);
      return;
    }
    if (pathname === webPaths.upload) {
      const path = await received.receive(request, searchParams.get('batch') ?? '', searchParams.get('name') ?? '');
      if (path === null) end(response, 400, 'This is no file name that can be used.');
      else grant(response, path);
      return;
    }
    if (pathname === webPaths.grant) {
      const path = searchParams.get('path') ?? '';
      if (!isAbsolute(path)) {
        end(response, 400, 'Give the whole path, from the root of the disk on.');
        return;
      }
      if (statSync(path, { throwIfNoEntry: false }) === undefined) {
        end(response, 404, `There is no ${path}.`);
        return;
      }
      grant(response, path);
      return;
    }
    end(response, 404);
  };
  const grant = (response: ServerResponse, path: string): void => {
    parts.grantPaths([path]);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ path } satisfies GrantedPath));
  };
  const enter = (response: ServerResponse, token: string): void => {
    const cookie = access.exchange(token);
    if (cookie === null) return end(response, 401, 'This address was used already. The terminal shows a new one.');
    tellLink();
    response.writeHead(303, {
      ...pageHeaders,
      'set-cookie': `${cookieName(port)}=${cookie}; Path=/; HttpOnly; SameSite=Strict`,
      location: '/',
    });
    response.end();
  };
  const sendFile = async (response: ServerResponse, pathname: string): Promise<void> => {
    const file = servedFile(pathname, rendererFolder);
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || body === null) {
      end(response, 404);
      return;
    }
    response.writeHead(200, { ...pageHeaders, 'content-type': mediaTypes[extname(file)] ?? '' });
    response.end(body);
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isOurs = request.url === webPaths.socket && request.headers.origin !== undefined && isFrom(request);
    if (!isOurs || !isKnown(request)) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => undefined); // a message that is too large; the socket closes
      parts.connect(socketChannel(opened));
    });
  });
  tellLink();
  return {
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      received.clear();
    },
  };
};

/** A status and a sentence; nothing else about this server. */
const end = (response: ServerResponse, status: number, text = ''): void => {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(text);
};

const listening = (server: ReturnType<typeof createServer>, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: Error & { code?: string }) => {
      const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      const message = `The port ${String(port)} cannot be used (${error.code ?? ''}). Choose another one, or leave --port out.`;
      reject(isTaken ? new LabError('CONFIG_INVALID', message, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
