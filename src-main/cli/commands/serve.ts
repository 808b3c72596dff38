import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { Channel } from '../../../shared/channel.ts';
import { LabError } from '../../../shared/errors.ts';
import { keepComplaints, openAppLog } from '../../lab/appLog.ts';
import { refusedLab } from '../../lab/refusedLab.ts';
import { serve as serveLab } from '../../lab/serve.ts';
import type { Lab } from '../../lab/lab.ts';
import { build, isBuildStale } from '../../runtimes/build.ts';
import { startWebServer } from '../../web/server.ts';
import { Uploads } from '../../web/uploads.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { openLabFor, print, say } from '../session.ts';
import type { Settings } from '../session.ts';
import { onSignals } from '../signals.ts';

export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Also opens the address in the desktop's browser. */
  readonly open: boolean;
}

/** `serve`: gives the lab's window to browsers of this machine until it is told to end. */
export const serve = async (settings: Settings, options: ServeOptions): Promise<ExitCode> => {
  const { pageFolder, checkout } = settings.locations;
  if (checkout !== null && isBuildStale(checkout)) {
    say('Building the page');
    await build(checkout);
  }
  keepComplaints(openAppLog(settings.workspaceFolder));
  const uploads = new Uploads(settings.workspaceFolder);
  const opening = openedLab(settings, uploads);
  await opening.tried();
  const isEnded = ended(opening.lab); // before anybody is told what to end
  const server = await startWebServer({
    port: options.port,
    pageFolder,
    uploads,
    onClient: opening.connect,
    onGrant: (path) => opening.lab()?.grantPaths([path]),
    onAddress: (address) => say(`For another browser, once: ${address}`),
  }).catch(async (error: unknown) => {
    await opening.lab()?.close();
    throw error;
  });
  await print(settings.json ? JSON.stringify({ address: server.address }) : server.address);
  say('Open this address in a browser of this machine; it works once. Ctrl-C ends the lab.');
  if (options.open) openInBrowser(server.address);
  const exitCode = await isEnded;
  say('Ending the lab.');
  await server.close();
  await opening.lab()?.close();
  return exitCode;
};

/** The lab of this workspace, or the reason why there is none: then a page that connects anew has it tried again. */
const openedLab = (settings: Settings, uploads: Uploads) => {
  let lab: Lab | null = null;
  let refusal: LabError | null = null;
  let opening: Promise<void> | null = null;
  const notices: string[] = [];
  const restored = (notice: string): void => {
    say(notice);
    notices.push(notice);
  };

  const open = async (): Promise<void> => {
    try {
      const opened = await openLabFor(settings, 'all', {
        installRuntimeOnStart: true,
        awaitsStart: true,
        startNotices: notices.splice(0),
      });
      await uploads.clearLeft();
      lab = uploads.clearingAfterImport(opened);
    } catch (error) {
      if (!(error instanceof LabError)) console.error(error);
      refusal =
        error instanceof LabError
          ? error
          : new LabError('INTERNAL', 'The lab met an error of its own; its terminal shows it.');
      say(refusal.message);
    }
  };
  const tried = (): Promise<void> => {
    if (lab !== null) return Promise.resolve();
    opening ??= open().finally(() => (opening = null));
    return opening;
  };
  return {
    lab: (): Lab | null => lab,
    tried,
    connect: (channel: Channel): void =>
      void tried().then(() => {
        if (lab !== null) serveLab(lab, channel);
        else if (refusal !== null) serveLab(refusedLab(settings.workspaceFolder, refusal, restored), channel);
      }),
  };
};

/** Ctrl-C is how this command ends. */
const ended = (lab: () => Lab | null): Promise<ExitCode> =>
  new Promise((resolve) => {
    let isEnding = false;
    onSignals(lab, (signalled) => {
      const exitCode = signalled === exitCodes.interrupted ? exitCodes.done : signalled;
      if (isEnding) process.exit(exitCode); // the second time, at once
      isEnding = true;
      resolve(exitCode);
    });
  });

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

const openInBrowser = (address: string): void => {
  const [program, ...parameters] = openers[platform()] ?? ['xdg-open'];
  const opener = spawn(program, [...parameters, address], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined); // the address is printed
  opener.unref();
};
