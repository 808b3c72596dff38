import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { Channel } from '../../../shared/channel.ts';
import { refusalOf } from '../../../shared/refusal.ts';
import { serve as serveChannel } from '../../lab/serve.ts';
import { openLab } from '../../lab/service.ts';
import type { Lab } from '../../lab/service.ts';
import { nodeTrainers } from '../../lab/trainers.ts';
import { startWebServer } from '../../web/server.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { labVersionOf } from '../locations.ts';
import { print, say } from '../session.ts';
import type { Settings } from '../session.ts';

export interface ServeOptions {
  readonly port: number;
  /** Opens the first link in the desktop's browser. */
  readonly open: boolean;
}

/** `serve`: the window in a browser of this machine, until Ctrl-C. */
export const serve = async (settings: Settings, { port, open }: ServeOptions): Promise<ExitCode> => {
  const { workspaceFolder, locations, json } = settings;
  if (!existsSync(join(locations.rendererFolder, 'index.html'))) {
    throw new LabError(
      'CONFIG_INVALID',
      'The page was not built. Run "npm run build" first, or start with "npm start".',
    );
  }
  const openWorkspace = (): Promise<Lab> =>
    openLab({
      workspaceFolder,
      launcher: nodeTrainers(locations.trainerEntry),
      labVersion: labVersionOf(locations),
      presetsFolder: locations.presetsFolder,
      migrationsFolder: locations.migrationsFolder,
      electronVersion: null,
      notices: [],
      installRuntimeOnStart: true,
    });
  const labs = reopening(openWorkspace);
  await labs.open();
  let isFirst = true;
  const server = await startWebServer({
    port,
    rendererFolder: locations.rendererFolder,
    workspaceFolder,
    connect: (channel) => void labs.connect(channel),
    grantPaths: (paths) => labs.current()?.grantPaths(paths),
    onLink: (url) => {
      if (json) void print(JSON.stringify({ url }));
      else
        say(
          isFirst
            ? `The lab is open; in a browser of this machine, go to\n\n  ${url}\n`
            : `For another browser: ${url}`,
        );
      if (isFirst && open) openInBrowser(url);
      isFirst = false;
    },
  });
  const signal = await ended();
  say('\nClosing the lab.');
  await server.close();
  await labs.current()?.close();
  return signal === 'SIGINT' ? exitCodes.done : exitCodes.terminated;
};

/** A lab that may not open at first: every page that connects has it tried again, and is told why where it does not. */
const reopening = (openWorkspace: () => Promise<Lab>) => {
  let lab: Lab | null = null;
  let opening: Promise<LabError | null> | null = null;
  const open = (): Promise<LabError | null> => {
    opening ??= openWorkspace()
      .then((opened) => {
        lab = opened;
        return null;
      })
      .catch((error: unknown) => {
        if (!(error instanceof LabError)) console.error(error);
        const failure =
          error instanceof LabError
            ? error
            : new LabError(
                'INTERNAL',
                'The lab could not open the workspace because of an error in itself; the terminal shows it.',
              );
        say(failure.message);
        return failure;
      })
      .finally(() => (opening = null));
    return opening;
  };
  return {
    open,
    current: (): Lab | null => lab,
    /** What the page says meanwhile waits. */
    connect: async (channel: Channel): Promise<void> => {
      const early: unknown[] = [];
      let onMessage = (message: unknown): void => void early.push(message);
      channel.onMessage((message) => onMessage(message));
      const waiting: Channel = {
        ...channel,
        onMessage: (listener) => {
          onMessage = listener;
          early.splice(0).forEach(listener);
        },
      };
      const failure = lab === null ? await open() : null;
      if (lab !== null) {
        serveChannel(lab, waiting);
        return;
      }
      const { code, message } = failure ?? new LabError('INTERNAL', 'There is no lab.');
      waiting.onMessage((request) => {
        const refusal = refusalOf(request, code, message);
        if (refusal !== null) channel.post(refusal);
      });
    },
  };
};

/** Resolves with the first signal to end; a second one ends the process at once. */
const ended = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let isEnding = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isEnding) process.exit(exitCodes.interrupted);
      isEnding = true;
      resolve(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });

const openInBrowser = (url: string): void => {
  const [command, ...parameters]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url.replaceAll('&', '^&')]
        : ['xdg-open', url];
  const opener = spawn(command, parameters, { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined); // the address stands in the terminal
  opener.unref();
};
