import { contextBridge, ipcRenderer } from 'electron';
import type { LabReply } from '../../shared/labApi.ts';
import type { Bridge, ShellAnswer, ShellApi, ShellCall } from '../../shared/shellApi.ts';

const { port1, port2 } = new MessageChannel();
ipcRenderer.postMessage('connect', null, [port2]);

const ask = async (call: ShellCall): Promise<unknown> => {
  const answer = (await ipcRenderer.invoke('shell', call)) as ShellAnswer;
  if (!answer.ok) throw new Error(answer.message);
  return answer.output;
};

const shell: ShellApi = {
  chooseDataset: (kind) => ask({ method: 'chooseDataset', input: [kind] }) as Promise<string[]>,
  saveText: (suggestedName, text) =>
    ask({ method: 'saveText', input: [suggestedName, text] }) as Promise<string | null>,
  saveFile: (suggestedName, base64) =>
    ask({ method: 'saveFile', input: [suggestedName, base64] }) as Promise<string | null>,
  copyText: (text) => ask({ method: 'copyText', input: [text] }) as Promise<void>,
  chooseBundle: () => ask({ method: 'chooseBundle', input: [] }) as Promise<string | null>,
  showSaved: () => ask({ method: 'showSaved', input: [] }) as Promise<void>,
  showWorkspace: () => ask({ method: 'showWorkspace', input: [] }) as Promise<void>,
};

const bridge: Bridge = {
  shell,
  platform: process.platform as Bridge['platform'],
  send: (request) => port1.postMessage(request),
  onReply: (listener) => {
    port1.addEventListener('message', (event) => listener(event.data as LabReply));
    port1.start();
  },
};

contextBridge.exposeInMainWorld('esamLab', bridge);
