import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server treats a download: sends it all, cuts the connection after so many bytes, or falls silent after them. */
export type Fault = { readonly kind: 'none' } | { readonly kind: 'cut' | 'stall'; readonly afterBytes: number };

export interface FileServer {
  readonly url: string;
  /** `Range` headers of the downloads so far, null where one began at the start; pip's own requests are not counted. */
  readonly ranges: (string | null)[];
  fault: Fault;
  close(): void;
}

const send = (request: IncomingMessage, response: ServerResponse, content: Buffer, fault: Fault): void => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': rest.length,
    'accept-ranges': 'bytes',
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (fault.kind === 'none') {
    response.end(rest);
    return;
  }
  const part = rest.subarray(0, fault.afterBytes);
  response.write(part, () => {
    if (part.length === rest.length) response.end();
    else if (fault.kind === 'cut') setTimeout(() => response.destroy(), 20);
  });
};

/** Serves one file on the loopback interface, and a package index (`/simple/…`) that names it with this SHA-256. */
export const serveFile = async (name: string, content: Buffer, sha256: string): Promise<FileServer> => {
  const ranges: (string | null)[] = [];
  const server = createServer((request, response) => {
    const project = name.split('-')[0]?.replaceAll('_', '-') ?? '';
    if (request.url === `/simple/${project}/`) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!DOCTYPE html><a href="/files/${name}#sha256=${sha256}">${name}</a>`);
    } else if (request.url === `/files/${name}`) {
      const isPip = request.headers['user-agent']?.startsWith('pip/') === true;
      if (!isPip) ranges.push(request.headers.range ?? null);
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': content.length }).end();
      else send(request, response, content, isPip ? { kind: 'none' } : served.fault);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const served: FileServer = {
    url: `http://127.0.0.1:${port}`,
    ranges,
    fault: { kind: 'none' },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return served;
};
