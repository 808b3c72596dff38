import { basename, isAbsolute, join, relative } from 'node:path';
import { app, clipboard, dialog, ipcMain, shell } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { bundleExtension } from '../../shared/bundle.ts';
import { LabError } from '../../shared/errors.ts';
import { groundText } from '../../shared/places.ts';
import type { PlaceId, SlurmSettings } from '../../shared/places.ts';
import { shellCallSchema } from '../../shared/shellApi.ts';
import type { ShellAnswer, ShellApi, ShellCall } from '../../shared/shellApi.ts';
import { terminalText } from '../../shared/terminalText.ts';
import { logFolderName } from '../../shared/appLog.ts';
import type { DesktopActivity } from './activity.ts';
import type { OpenedBundle } from './openedBundle.ts';
import { isOwnPage } from './protocol.ts';
import { changeSettings, readSettings } from './settings.ts';
import type { Workspaces } from './workspaces.ts';
import { TooMany, oneAtATime } from './oneAtATime.ts';
import { writeWhole } from '../files/writeWhole.ts';

/** Between two dialogs or folders that the page has opened. */
const pauseMs = 500;
/** What a dialog shows whole on a small screen, in characters: nobody confirms what does not fit. */
const mostConfirmed = 1500;

export interface ShellParts {
  readonly workspaces: Workspaces;
  readonly activity: DesktopActivity;
  readonly opened: OpenedBundle;
  readonly grantPaths: (paths: string[]) => void;
  readonly confirmPlace: (id: PlaceId, settings: SlurmSettings) => void;
}

/** Offers the shell's dialogs, clipboard and file manager to the app's own page, and to nothing else. */
export const offerShell = (window: BrowserWindow, parts: ShellParts): void => {
  const api = shellOf(window, parts);
  const opening = oneAtATime(pauseMs);
  ipcMain.handle('shell', async (event, call: unknown): Promise<ShellAnswer> => {
    if (!isFromOwnPage(event, window)) return { ok: false, message: 'Only the page of the app may ask this.' };
    const parsed = shellCallSchema.safeParse(call);
    if (!parsed.success) return { ok: false, message: 'This is no request that the shell knows.' };
    try {
      return { ok: true, output: await perform(api, parsed.data, opening) };
    } catch (error) {
      return { ok: false, message: explain(error) };
    }
  });
};

/** Only the main frame of our window counts, and only while it shows the app's page. */
export const isFromOwnPage = (
  event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  window: BrowserWindow,
): boolean =>
  event.sender === window.webContents &&
  event.senderFrame === window.webContents.mainFrame &&
  isOwnPage(event.senderFrame.url);

/** What main does of it: the preload script turns files into their paths. */
type MainShell = Omit<Required<ShellApi>, 'takeDropped'> & { takePaths(paths: string[]): Promise<string[]> };

const perform = (api: MainShell, call: ShellCall, opening: ReturnType<typeof oneAtATime>): Promise<unknown> => {
  switch (call.method) {
    case 'chooseDataset':
      return opening(() => api.chooseDataset(...call.input));
    case 'chooseBundle':
      return opening(() => api.chooseBundle(...call.input));
    case 'takePaths':
      return api.takePaths(...call.input);
    case 'openedBundle':
      return api.openedBundle();
    case 'saveText':
      return opening(() => api.saveText(...call.input));
    case 'saveFile':
      return opening(() => api.saveFile(...call.input));
    case 'copyText':
      return api.copyText(...call.input);
    case 'showSaved':
      return opening(() => api.showSaved());
    case 'confirmPlace':
      return opening(() => api.confirmPlace(...call.input));
    case 'showWorkspace':
      return opening(() => api.showWorkspace());
    case 'showLogs':
      return opening(() => api.showLogs());
    case 'desktop':
      return api.desktop();
    case 'setPreferences':
      return api.setPreferences(...call.input);
    case 'openWorkspace':
      return opening(() => api.openWorkspace(...call.input));
  }
};

const shellOf = (
  window: BrowserWindow,
  { workspaces, activity, opened, grantPaths, confirmPlace }: ShellParts,
): MainShell => {
  /** The page never names a file to show: only what the user has saved through it. */
  let saved: string | null = null;
  const save = async (suggestedName: string, content: string | Uint8Array): Promise<string | null> => {
    const path = await saveAs(window, suggestedName, content);
    if (path === null) return null;
    saved = path;
    return placeOf(path);
  };
  return {
    chooseDataset: async (kind) => {
      const chosen = await dialog.showOpenDialog(window, {
        title: kind === 'files' ? 'Choose the files of a data set' : 'Choose the folder of a data set',
        properties: kind === 'files' ? ['openFile', 'multiSelections'] : ['openDirectory'],
      });
      if (chosen.canceled) return [];
      grantPaths(chosen.filePaths);
      return chosen.filePaths;
    },
    takePaths: (paths) => {
      grantPaths(paths);
      return Promise.resolve(paths);
    },
    chooseBundle: async () => {
      const chosen = await dialog.showOpenDialog(window, {
        title: 'Choose a bundle of runs',
        filters: [{ name: 'ESAM Lab bundle', extensions: [bundleExtension] }],
        properties: ['openFile'],
      });
      const [path] = chosen.canceled ? [] : chosen.filePaths;
      if (path === undefined) return null;
      grantPaths([path]);
      return path;
    },
    openedBundle: () => {
      const path = opened.take();
      if (path !== null) grantPaths([path]);
      return Promise.resolve(path);
    },
    confirmPlace: async (id, settings) => {
      const ground = terminalText(groundText(settings));
      if (ground.length > mostConfirmed)
        throw new LabError(
          'PLACE_NOT_CONFIRMED',
          'What a shell would run there is longer than a dialog shows whole. Put it into a script of the cluster’s and name that, or use “esam-lab places set slurm”.',
        );
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        message: 'Send jobs to the cluster like this?',
        detail: `A shell there runs what stands here, with your rights.\n\n${ground}`,
        buttons: ['Use this', 'Cancel'],
        ...{ defaultId: 1, cancelId: 1 },
      });
      if (response === 0) confirmPlace(id, settings);
      return response === 0;
    },
    saveText: save,
    saveFile: (suggestedName, base64) => save(suggestedName, Buffer.from(base64, 'base64')),
    copyText: async (content) => {
      await clipboard.writeText(content);
    },
    showSaved: async () => {
      if (saved === null) throw new Error('nothing has been saved');
      shell.showItemInFolder(saved);
    },
    showWorkspace: () => showFolder(workspaces.folder),
    showLogs: () => showFolder(join(workspaces.folder, logFolderName)),
    desktop: async () => ({ preferences: readSettings().preferences, recentWorkspaces: workspaces.recent() }),
    setPreferences: async (preferences) => {
      await changeSettings({ preferences });
      activity.prefer(preferences);
    },
    openWorkspace: (folder) => workspaces.open(folder),
  };
};

/** @throws Error where the system has nothing that shows folders. */
const showFolder = async (folder: string): Promise<void> => {
  const failure = await shell.openPath(folder);
  if (failure !== '') throw new Error('the system could not open the folder');
};

/** A path as people read it: the home folder is "~", and carries no name of a user into a picture of the screen. */
const placeOf = (path: string): string => {
  const inside = relative(app.getPath('home'), path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : join('~', inside);
};

const saveAs = async (
  window: BrowserWindow,
  suggestedName: string,
  content: string | Uint8Array,
): Promise<string | null> => {
  const defaultPath = join(app.getPath('documents'), basename(suggestedName.replaceAll('\\', '/')));
  const chosen = await dialog.showSaveDialog(window, { defaultPath });
  if (chosen.canceled || chosen.filePath === '') return null;
  await writeWhole(chosen.filePath, content);
  return chosen.filePath;
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk',
  EACCES: 'the folder may not be written to',
  EPERM: 'the folder may not be written to',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reported an error',
};

const explain = (error: unknown): string => {
  if (error instanceof TooMany || error instanceof LabError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return `This did not work: ${reasons[code] ?? 'the system refused it'}. Nothing was changed; choose another place or try again.`;
};
