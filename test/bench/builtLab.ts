import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { shallowRef } from 'vue';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { socketPath } from '../../shared/browserPage.ts';
import type { LabApi } from '../../shared/labApi.ts';
import type { ShellApi } from '../../shared/shellApi.ts';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';
import { connectOver } from '../../src-renderer/transport.ts';

/** `esam-lab serve` as it is built: a lab in a process of its own, asked over a socket as a browser asks it. */
export interface BuiltLab {
  readonly lab: LabApi;
  /** From the start of the process until the window is served. */
  readonly openMs: number;
  /** For a browser, which keeps `cookie` instead of a token of its own. */
  readonly origin: string;
  readonly cookie: { readonly name: string; readonly value: string };
  /** When the newest message of the lab came, and how long it was, before anybody has read it. */
  readonly newest: () => { readonly at: number; readonly bytes: number };
  residentMegabytes(): Promise<number>;
  close(): Promise<void>;
}

/** @param workspaceFolder - no other lab may have it open. */
export const openBuiltLab = async (workspaceFolder: string): Promise<BuiltLab> => {
  const start = performance.now();
  const process_ = spawn(
    process.execPath,
    [resolve('out/main/cli.cjs'), 'serve', '--json', '--port', '0', '--workspace', workspaceFolder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(process_, 'exit');
  const [line] = (await Promise.race([once(createInterface(process_.stdout), 'line'), ended])) as [unknown];
  const { address } = z.object({ address: z.url() }).parse(JSON.parse(String(line)));
  const openMs = performance.now() - start;

  const { origin, host } = new URL(address);
  const [setCookie = ''] = (await fetch(address, { redirect: 'manual' })).headers.getSetCookie();
  const [pair = ''] = setCookie.split(';');
  const socket = new WebSocket(`ws://${host}${socketPath}`, { headers: { cookie: pair, origin } });
  await once(socket, 'open');
  let newest = { at: 0, bytes: 0 };
  const { lab } = connectOver(
    {
      link: shallowRef('open'),
      send: (request) => socket.send(encodeMessage(request)),
      onReply: (listener) =>
        socket.on('message', (data: Buffer) => {
          newest = { at: performance.now(), bytes: data.length };
          listener(decodeMessage(data.toString('utf8')));
        }),
      onLoss: (listener) => socket.on('close', listener),
    },
    {} as ShellApi, // nobody chooses a file here
  );
  const [name = '', value = ''] = pair.split('=');
  return {
    lab,
    newest: () => newest,
    openMs,
    origin,
    cookie: { name, value },
    residentMegabytes: async () => {
      const status = await readFile(`/proc/${String(process_.pid)}/status`, 'utf8');
      return Math.round((Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6);
    },
    close: async () => {
      socket.close();
      process_.kill('SIGINT');
      await ended;
    },
  };
};
