import { createWriteStream, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { remove } from '../files/remove.ts';

const uploadsFolderName = 'uploads';
const prefix = 'upload-';

/** A file's name as it may be written: no way, not hidden, no control characters. */
const isPlainName = (name: string): boolean =>
  name.length > 0 && name.length <= 200 && !/^\.|[/\\\p{Cc}<>:"|?*]/u.test(name) && basename(name) === name;

/**
 * Files that a browser sends for import, in a folder of the workspace. The lab copies what it imports into its library, so they go when
 * the server ends; what an earlier server left goes at the start.
 */
export const uploads = (workspace: string) => {
  const folder = join(workspace, uploadsFolderName);
  const clear = (): void => {
    try {
      for (const name of readdirSync(folder)) {
        if (name.startsWith(prefix)) remove('upload', workspace, uploadsFolderName, name);
      }
    } catch {
      // there are none
    }
  };
  let batch: { readonly id: string; readonly folder: string } | null = null;
  return {
    clear,
    /**
     * Writes a request's body into a file. Files of one batch lie in one folder.
     * @returns its path, or null where the name is none that may be written.
     * @throws Error of the file system, or where the sender broke off.
     */
    receive: async (request: IncomingMessage, batchId: string, name: string): Promise<string | null> => {
      if (!isPlainName(name)) return null;
      if (batch?.id !== batchId) {
        mkdirSync(folder, { recursive: true });
        batch = { id: batchId, folder: mkdtempSync(join(folder, prefix)) };
      }
      const path = join(batch.folder, name);
      await pipeline(request, createWriteStream(path, { flags: 'wx' }));
      return path;
    },
  };
};
