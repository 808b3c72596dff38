import type { IncomingMessage } from 'node:http';

/** The addresses under which this server may be called; by any other name it was reached by a trick (DNS rebinding). */
const hostsAt = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

export const isOwnHost = ({ headers }: IncomingMessage, port: number): boolean =>
  hostsAt(port).includes(headers.host ?? '');

/** Whether a page of this server asks; a request without an origin is a person's, or a program's on this machine. */
export const isOwnOrigin = ({ headers }: IncomingMessage, port: number): boolean => {
  if (headers.origin !== undefined) return hostsAt(port).some((host) => headers.origin === `http://${host}`);
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
};

/** Cookies belong to a host whatever its port: each server's has a name of its own. */
export const cookieName = (port: number): string => `esam-lab-${port}`;

export const cookieOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
