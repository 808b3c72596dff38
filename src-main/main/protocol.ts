import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { mediaTypeOf, pageFile, pageHeaders } from '../page/pageFiles.ts';

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
  return host === 'bundle' ? pageFile(pathname, folder) : null;
};

/** Serves the files of a folder as `app://bundle/…`, with the content security policy on each. */
export const serveBundle = (folder: string): void =>
  protocol.handle('app', async (request) => {
    const file = fileOf(request.url, folder);
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || body === null) return new Response('Not found', { status: 404 });
    return new Response(body, { headers: { 'content-type': mediaTypeOf(file), ...pageHeaders() } });
  });
