import { readFileSync } from 'node:fs';
import { app, dialog, ipcMain } from 'electron';
import type { BrowserWindow } from 'electron';
import { z } from 'zod';
import { DesktopActivity } from './activity.ts';
import { isLabUtility } from './labChild.ts';
import { LabProcess } from './labProcess.ts';
import { setMenu } from './menu.ts';
import { outputsMayFail } from '../processes/outputsMayFail.ts';
import { OpenedBundle } from './openedBundle.ts';
import { claimFolders, labEntry, packageFile, rendererFolder, trainerEntry } from './paths.ts';
import type { Claimed } from './paths.ts';
import { registerScheme, serveBundle } from './protocol.ts';
import { QuitGuard } from './quit.ts';
import { closeNetwork, forgetDeveloperSettings, lockDown } from './security.ts';
import { readSettings } from './settings.ts';
import { isFromOwnPage, offerShell } from './shellApi.ts';
import { bringToFront, openWindow } from './window.ts';
import { Workspaces } from './workspaces.ts';

/** What the start script wants said on screen always, one line each. */
const notices = (app.isPackaged ? '' : (process.env['ESAM_LAB_NOTICES'] ?? ''))
  .split('\n')
  .filter((line) => line !== '');

const labVersion = (): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;

/** Opens the window on the lab; everything that they say to each other is set up here. */
const openDesktop = (lab: LabProcess, { workspace, isNamed }: Claimed, opened: OpenedBundle): BrowserWindow => {
  lockDown();
  serveBundle(rendererFolder);
  const window = openWindow(notices);
  const activity = new DesktopActivity(window, readSettings().preferences);
  const guard = new QuitGuard(window, lab, activity);
  lab.open({
    onActivity: (now) => {
      activity.show(now);
      if (!now.isBusy) guard.idle();
    },
    onRunEnded: (ended) => activity.notify(ended),
    onCrash: (lastLine, restarted) => {
      if (window.isDestroyed()) return;
      window.webContents.reload();
      void dialog.showMessageBox(window, { type: 'warning', ...crashNotice(lastLine, restarted) });
    },
  });
  ipcMain.on('connect', (event) => {
    const [port] = event.ports;
    if (port !== undefined && isFromOwnPage(event, window)) lab.connect(port);
  });
  const workspaces = new Workspaces({ window, lab, activity, folder: workspace, isNamed });
  offerShell(window, {
    workspaces,
    activity,
    opened,
    grantPaths: (paths) => lab.grantPaths(paths),
    confirmPlace: (id, settings) => lab.confirmPlace(id, settings),
  });
  setMenu(window, workspaces);
  return window;
};

const crashNotice = (lastLine: string, restarted: boolean): { message: string; detail: string } => ({
  message: restarted ? 'The lab process ended unexpectedly and was started again.' : 'The lab process ended again.',
  detail: [
    'Everything it had acknowledged is stored; a run that was training is shown as interrupted.',
    restarted ? '' : 'It is not started once more. Quit the app and start it again.',
    lastLine === '' ? '' : `Its last output was: ${lastLine}`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' '),
});

const start = async (claimed: Claimed): Promise<void> => {
  const opened = new OpenedBundle();
  opened.fromArguments(process.argv, process.cwd());
  app.on('open-file', (event, path) => {
    event.preventDefault();
    opened.fromSystem(path);
  });
  // A child process inherits the sockets that Chromium has open, and then a crash of Chromium's GPU process goes unnoticed, which
  // leaves the window blank. Before the app is ready there is no GPU process yet.
  if (isLabUtility) await app.whenReady();
  const lab = new LabProcess({
    labEntry,
    trainerEntry,
    open: {
      type: 'open',
      workspaceFolder: claimed.workspace,
      labVersion: labVersion(),
      electronVersion: process.versions.electron,
      notices: [...notices, ...(claimed.notice === null ? [] : [claimed.notice])],
    },
  });
  await app.whenReady();
  const window = openDesktop(lab, claimed, opened);
  // The page asks for what was opened whenever its window comes to the front.
  app.on('second-instance', (_event, argv, workingFolder) => {
    opened.fromArguments(argv, workingFolder);
    bringToFront(window);
  });
  app.on('activate', () => bringToFront(window));
};

outputsMayFail();
forgetDeveloperSettings();
const claimed = claimFolders();
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
registerScheme();
closeNetwork();
if (app.requestSingleInstanceLock()) void start(claimed);
else app.quit();
