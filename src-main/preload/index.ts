import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { DesktopFacts } from '../../shared/desktop.ts';
import type { LabReply } from '../../shared/labApi.ts';
import type { MenuCommand } from '../../shared/menuCommands.ts';
import type { Bridge, ShellAnswer, ShellApi, ShellCall } from '../../shared/shellApi.ts';

const { port1, port2 } = new MessageChannel();
ipcRenderer.postMessage('connect', null, [port2]);

const ask = async (call: ShellCall): Promise<unknown> => {
  const answer = (await ipcRenderer.invoke('shell', call)) as ShellAnswer;
  if (!answer.ok) throw new Error(answer.message);
  return answer.output;
};

/** Only a file that the user gave has a path. An Electron without webUtils tells it by the file itself. */
const pathsOf = (files: readonly File[]): string[] =>
  files
    .map(
      (file) =>
        (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as { path?: string }).path ?? '',
    )
    .filter((path) => path !== '');

const shell: ShellApi = {
  chooseDataset: (kind) => ask({ method: 'chooseDataset', input: [kind] }) as Promise<string[]>,
  saveText: (suggestedName, text) =>
    ask({ method: 'saveText', input: [suggestedName, text] }) as Promise<string | null>,
  saveFile: (suggestedName, base64) =>
    ask({ method: 'saveFile', input: [suggestedName, base64] }) as Promise<string | null>,
  copyText: (text) => ask({ method: 'copyText', input: [text] }) as Promise<void>,
  chooseBundle: () => ask({ method: 'chooseBundle', input: [] }) as Promise<string | null>,
  showSaved: () => ask({ method: 'showSaved', input: [] }) as Promise<void>,
  openedBundle: () => ask({ method: 'openedBundle', input: [] }) as Promise<string | null>,
  confirmPlace: (id, settings) => ask({ method: 'confirmPlace', input: [id, settings] }) as Promise<boolean>,
  showWorkspace: () => ask({ method: 'showWorkspace', input: [] }) as Promise<void>,
  takeDropped: (files) => ask({ method: 'takePaths', input: [pathsOf(files)] }) as Promise<string[]>,
  showLogs: () => ask({ method: 'showLogs', input: [] }) as Promise<void>,
  desktop: () => ask({ method: 'desktop', input: [] }) as Promise<DesktopFacts>,
  setPreferences: (preferences) => ask({ method: 'setPreferences', input: [preferences] }) as Promise<void>,
  openWorkspace: (folder) => ask({ method: 'openWorkspace', input: [folder] }) as Promise<boolean>,
};

const bridge: Bridge = {
  shell,
  platform: process.platform as Bridge['platform'],
  send: (request) => port1.postMessage(request),
  onReply: (listener) => {
    port1.addEventListener('message', (event) => listener(event.data as LabReply));
    port1.start();
  },
  onCommand: (listener) => void ipcRenderer.on('command', (_event, command) => listener(command as MenuCommand)),
};

contextBridge.exposeInMainWorld('esamLab', bridge);
