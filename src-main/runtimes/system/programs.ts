import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Path of the first of these programs that is on PATH; null when none is. */
const findProgram = (names: readonly string[]): string | null => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
};

/** The system's Chromium, in which the page tests run. */
export const findChromium = (): string | null =>
  findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);

/** What packs an AppImage. */
export const findMksquashfs = (): string | null => findProgram(['mksquashfs']);

/** The X server without a screen. */
export const findXvfb = (): string | null => findProgram(['Xvfb']);
