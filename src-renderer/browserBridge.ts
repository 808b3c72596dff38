import type { LabReply } from '../shared/labApi.ts';
import { webPaths, type GrantedPath } from '../shared/page.ts';
import type { Bridge, ShellApi } from '../shared/shellApi.ts';
import { askForPath } from './askForPath.ts';

const retryMs = 1000;

/** The lab's way to a page in a browser, in place of the preload's bridge; null where the page was served by no lab. */
export const browserBridge = async (): Promise<Bridge | null> => {
  if (location.protocol !== 'http:') return null;
  const socket = await opened();
  if (socket === null) return null;
  // What is on screen would be old by then: a lab that answers again has the page read everything anew.
  socket.addEventListener('close', () => {
    document.body.append(lostNotice());
    void reloadWhenBack();
  });
  return {
    shell,
    platform: navigator.userAgent.includes('Windows')
      ? 'win32'
      : navigator.userAgent.includes('Mac')
        ? 'darwin'
        : 'linux',
    send: (request) => socket.send(JSON.stringify(request)),
    onReply: (listener) =>
      socket.addEventListener('message', ({ data }) => listener(JSON.parse(String(data)) as LabReply)),
  };
};

const opened = (): Promise<WebSocket | null> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://${location.host}${webPaths.socket}`);
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => resolve(null));
  });

const reloadWhenBack = async (): Promise<void> => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, retryMs));
    const socket = await opened();
    if (socket === null) continue;
    socket.close();
    location.reload();
    return;
  }
};

const lostNotice = (): HTMLElement => {
  const notice = document.createElement('p');
  notice.className = 'lost-lab';
  notice.setAttribute('role', 'alert');
  notice.textContent =
    'The lab does not answer any more: it was closed, or this page’s address has run out. The page goes on by itself once it is back.';
  return notice;
};

/** What the desktop does by dialogs. @throws Error with a sentence for a person. */
const shell: ShellApi = {
  chooseDataset: async (kind) => {
    if (kind === 'files') return upload(await chosenFiles());
    const path = await askForPath();
    return path === null ? [] : [await granted(`${webPaths.grant}?${new URLSearchParams({ path }).toString()}`)];
  },
  saveText: (suggestedName, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    link.download = suggestedName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return Promise.resolve(suggestedName);
  },
  copyText: (text) => navigator.clipboard.writeText(text),
  showWorkspace: () =>
    Promise.reject(
      new Error('A browser opens no folders. The terminal in which the lab runs, and the Device page, name it.'),
    ),
};

const chosenFiles = (): Promise<readonly File[]> =>
  new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.hidden = true;
    document.body.append(input);
    const answer = (files: readonly File[]): void => {
      input.remove();
      resolve(files);
    };
    input.addEventListener('change', () => answer([...(input.files ?? [])]));
    input.addEventListener('cancel', () => answer([]));
    input.click();
  });

const upload = async (files: readonly File[]): Promise<string[]> => {
  const batch = crypto.randomUUID();
  const paths: string[] = [];
  for (const file of files) {
    const query = new URLSearchParams({ batch, name: file.name });
    paths.push(await granted(`${webPaths.upload}?${query.toString()}`, file));
  }
  return paths;
};

const granted = async (url: string, body: Blob | null = null): Promise<string> => {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error((await answer.text()) || `the lab refused it (${String(answer.status)})`);
  return ((await answer.json()) as GrantedPath).path;
};
