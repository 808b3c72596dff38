import { extname, join, normalize, sep } from 'node:path';

/** @param connect - what the page may connect to, besides where it came from. */
const contentSecurityPolicy = (connect: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
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

/** What goes with everything that the page is made of, whoever serves it. */
export const pageHeaders = (connect: readonly string[] = []) => ({
  'content-security-policy': contentSecurityPolicy(connect),
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

export const mediaTypeOf = (file: string): string => mediaTypes[extname(file)] ?? 'application/octet-stream';

/** The file of the page's folder that a URL's path means; null for a path that leaves the folder, and for an unknown type. */
export const pageFile = (pathname: string, folder: string): string | null => {
  if (mediaTypes[extname(pathname)] === undefined) return null;
  try {
    const path = decodeURIComponent(pathname);
    const file = normalize(join(folder, path));
    return path.includes('\0') || path.includes('\\') || !file.startsWith(folder + sep) ? null : file;
  } catch {
    return null;
  }
};
