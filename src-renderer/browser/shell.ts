import { shallowRef } from 'vue';
import { grantPath, uploadPath } from '../../shared/browserPage.ts';
import { droppedFiles, type DroppedFile } from './droppedFiles.ts';
import type { ShellApi } from '../../shared/shellApi.ts';

/** The data set or bundle that somebody is asked to choose; null while nobody is. */
export const choice = shallowRef<{
  readonly kind: 'files' | 'folder' | 'bundle';
  readonly settle: (paths: readonly string[]) => void;
} | null>(null);

const checked = async (response: Response): Promise<Response> => {
  if (response.ok) return response;
  throw new Error((await response.text()) || 'The lab did not take it; reload the page.');
};

/** Allows the lab to import from a path of its own machine. */
export const grantTyped = async (path: string): Promise<void> => {
  await checked(await fetch(grantPath, { method: 'POST', body: path }));
};

/** Uploads what was chosen; returns the paths to import from. */
export const uploadFiles = (
  files: readonly File[],
  kind: 'files' | 'folder' | 'bundle',
  onFile: (done: number) => void,
): Promise<string[]> =>
  upload(
    files.map((file) => ({ file, name: kind === 'folder' ? file.webkitRelativePath : file.name })),
    onFile,
  );

/** @returns the paths of files that stand alone, and of folders that hold the others. */
const upload = async (files: readonly DroppedFile[], onFile: (done: number) => void): Promise<string[]> => {
  const id = crypto.randomUUID();
  const paths: string[] = [];
  for (const [index, { file, name }] of files.entries()) {
    onFile(index);
    const query = new URLSearchParams({ id, name }).toString();
    const response = await checked(await fetch(`${uploadPath}?${query}`, { method: 'PUT', body: file }));
    const { path } = (await response.json()) as { path: string };
    const isInFolder = name.includes('/');
    paths.push(isInFolder ? path.slice(0, path.length - name.length) + (name.split('/')[0] ?? '') : path);
  }
  return [...new Set(paths)];
};

const download = (name: string, content: string | Uint8Array<ArrayBuffer>): void => {
  const address = URL.createObjectURL(new Blob([content]));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

/** Asks for paths in the page's own dialog; a choice that was open is cancelled. */
const ask = (kind: 'files' | 'folder' | 'bundle'): Promise<string[]> =>
  new Promise((resolve) => {
    choice.value?.settle([]);
    choice.value = {
      kind,
      settle: (paths) => {
        choice.value = null;
        resolve([...paths]);
      },
    };
  });

/** What the desktop's shell does, as far as a browser can. */
export const browserShell: ShellApi = {
  chooseDataset: ask,
  takeDropped: async (files, entries) => {
    const plain = files.map((file) => ({ file, name: file.name }));
    return upload(entries.length > 0 ? await droppedFiles(entries) : plain, () => undefined);
  },
  chooseBundle: async () => (await ask('bundle'))[0] ?? null,
  openedBundle: () => Promise.resolve(null), // files are opened by the desktop's app
  saveText: async (suggestedName, text) => {
    download(suggestedName, text);
    return suggestedName;
  },
  saveFile: async (suggestedName, base64) => {
    download(
      suggestedName,
      Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)),
    );
    return suggestedName;
  },
  copyText: (text) => navigator.clipboard.writeText(text),
  desktop: () => Promise.resolve(null),
  setPreferences: () => Promise.resolve(),
  openWorkspace: () => Promise.resolve(false),
  showLogs: async () => {
    throw new Error('A browser cannot open folders. The log is shown on the Settings page.');
  },
  showWorkspace: async () => {
    throw new Error(
      'A browser cannot open folders. The Device view names the workspace folder of the machine that runs the lab.',
    );
  },
};
