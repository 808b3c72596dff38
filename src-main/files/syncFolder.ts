import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes new names in a folder last: a rename or a link survives a power cut only once its folder has reached the disk. Windows has no such call and needs none. */
export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
