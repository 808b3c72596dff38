import { fileURLToPath } from 'node:url';
import type { Channel } from '../../shared/channel.ts';
import type { LabControl } from '../../shared/controlProtocol.ts';
import { LabError } from '../../shared/errors.ts';
import { connectDesktop, portChannel, relayedChannel } from './desktop.ts';
import type { RelayedChannel } from './desktop.ts';
import { desktopNews } from './desktopNews.ts';
import { DesktopTrainers } from './desktopTrainers.ts';
import { refusedLab } from './refusedLab.ts';
import { serve } from './serve.ts';
import { keepComplaints, openAppLog } from './appLog.ts';
import type { Lab } from './lab.ts';

/** Lies beside the source, or beside the bundle. */
const fileBeside = (source: string, bundled: string): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? source : bundled, import.meta.url));

const desktop = connectDesktop();
const trainers = new DesktopTrainers((notice) => desktop.tell(notice));
const relayed = new Map<number, RelayedChannel>();
/** Connects a client to the lab, or to the reason why there is none. Clients that come before either wait. */
let connectClient: ((channel: Channel) => void) | null = null;
const early: Channel[] = [];
/** The opening that failed: a client that connects anew, as a reloaded page does, has it tried again. */
let failed: Extract<LabControl, { type: 'open' }> | null = null;
/** What the next workspace that opens has to tell. */
const startNotices: string[] = [];
let lab: Lab | null = null;

const settle = (connect: (channel: Channel) => void): void => {
  connectClient = connect;
  early.splice(0).forEach(connect);
};

const open = async (control: Extract<LabControl, { type: 'open' }>): Promise<void> => {
  try {
    requireNodeApi();
    // Only now: a Node that is too old crashes while it loads the store.
    const { openLab } = await import('./service.ts');
    const opened = await openLab({
      workspaceFolder: control.workspaceFolder,
      launcher: trainers,
      labVersion: control.labVersion,
      presetsFolder: fileBeside('../../resources/presets', '../../resources/presets'),
      paperFolder: fileBeside('../../resources/paper', '../../resources/paper'),
      examplesFolder: fileBeside('../../resources/examples', '../../resources/examples'),
      migrationsFolder: fileBeside('./store/migrations', './migrations'),
      electronVersion: control.electronVersion,
      notices: control.notices,
      startNotices: startNotices.splice(0),
      installRuntimeOnStart: true,
      awaitsStart: true,
      holder: { does: 'the app', isBrief: false },
    });
    lab = opened;
    const news = desktopNews((notice) => desktop.tell(notice));
    opened.onEvent(news);
    news({ type: 'queueChanged', queue: await opened.queue({}) });
    settle((channel) => serve(opened, channel));
  } catch (error) {
    if (!(error instanceof LabError)) console.error(error);
    failed = control;
    const refused = refusedLab(control.workspaceFolder, refusalFor(error), (notice) => startNotices.push(notice));
    settle((channel) => serve(refused, channel));
  }
};

const openAgain = (control: Extract<LabControl, { type: 'open' }>): void => {
  failed = null;
  connectClient = null;
  void open(control);
};

const requireNodeApi = (): void => {
  const found = process.versions['napi'] ?? '0';
  if (Number(found) >= 10) return;
  throw new LabError(
    'RUNTIME_TOO_OLD',
    `The lab runs in Node ${process.versions.node} with Node-API ${found}; its database needs Node-API 10 (Node 22.14 or newer, ` +
      'Electron 36 or newer). Start the app with "npm start", which finds a newer Node.',
  );
};

/** What clients are told of a workspace that did not open. */
const refusalFor = (error: unknown): LabError =>
  error instanceof LabError
    ? error
    : new LabError(
        'INTERNAL',
        'The lab could not open the workspace because of an error in the app itself; the terminal shows it.',
      );

const leave = async (): Promise<void> => {
  await lab?.close();
  desktop.tell({ type: 'closed' });
};

desktop.onControl((control, port) => {
  switch (control.type) {
    case 'open':
      keepComplaints(openAppLog(control.workspaceFolder));
      return void open(control);
    case 'clientConnected': {
      const { clientId } = control;
      const relay = relayedChannel(
        (message) => desktop.tell({ type: 'clientMessage', clientId, message }),
        () => relayed.delete(clientId),
      );
      if (port === null) relayed.set(clientId, relay);
      const channel = port === null ? relay : portChannel(port);
      if (failed !== null) openAgain(failed);
      return connectClient === null ? void early.push(channel) : connectClient(channel);
    }
    case 'clientMessage':
      return relayed.get(control.clientId)?.deliver(control.message);
    case 'clientClosed':
      relayed.get(control.clientId)?.end('The window was closed.');
      return void relayed.delete(control.clientId);
    case 'grantPaths':
      return lab?.grantPaths(control.paths);
    case 'confirmPlace':
      return lab?.confirmPlace(control.id, control.settings);
    case 'close':
      return void leave();
    case 'trainerStarted':
    case 'trainerMessage':
    case 'trainerClosed':
      return trainers.handle(control);
  }
});
/** What ending in order may take once nobody is left to see it; the workspace's lock goes with the process. */
const orphanedMs = 1500;
desktop.onGone(() => {
  trainers.shellGone();
  setTimeout(() => process.exit(1), orphanedMs).unref();
  void leave().finally(() => process.exit());
});
