import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

export const pageUrl = 'app://bundle/index.html';

/** True for the app's own page, whatever its fragment. */
export const isOwnPage = (url: string): boolean => {
  try {
    const { protocol: scheme, host, pathname } = new URL(url);
    return scheme === 'app:' && host === 'bundle' && pathname === '/index.html';
  } catch {
    return false;
  }
};

/** Before the app is ready: gives `app:` an origin of its own, like https. */
export const registerScheme = (): void =>
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);

/** The file that a URL of `app://bundle` means; null for another host, for a path that leaves the folder, for an unknown type. */
export const fileOf = (url: string, folder: string): string | null => {
  const { host, pathname } = new URL(url);
  if (host !== 'bundle' || mediaTypes[extname(pathname)] === undefined) return null;
  try {
    const path = decodeURIComponent(pathname);
    const file = normalize(join(folder, path));
    return path.includes('\0') || path.includes('\\') || !file.startsWith(folder + sep) ? null : file;
  } catch {
    return null;
  }
};

/** Serves the files of a folder as `app://bundle/…`, with the content security policy on each. */
export const serveBundle = (folder: string): void =>
  protocol.handle('app', async (request) => {
    const file = fileOf(request.url, folder);
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || body === null) return new Response('Not found', { status: 404 });
    return new Response(body, {
      headers: {
        'content-type': mediaTypes[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      },
    });
  });
