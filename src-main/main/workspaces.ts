import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { trainingTexts, type DesktopActivity } from './activity.ts';
import type { LabProcess } from './labProcess.ts';
import { pageUrl } from './protocol.ts';
import { changeSettings, readSettings, withRecent } from './settings.ts';

/** Name of a workspace's database: a folder that has it is one. */
const databaseName = 'lab.db';

export interface OpenWorkspace {
  readonly window: BrowserWindow;
  readonly lab: LabProcess;
  readonly activity: DesktopActivity;
  /** Of the workspace that was opened at start. */
  readonly folder: string;
  /** It was named from outside: the next start opens the usual one again. */
  readonly isNamed: boolean;
}

/** The workspace that the window shows, and the way to another one. */
export class Workspaces {
  readonly #parts: OpenWorkspace;
  #folder: string;

  constructor(parts: OpenWorkspace) {
    this.#parts = parts;
    this.#folder = parts.folder;
    void changeSettings({ recent: withRecent(readSettings(), parts.folder) });
  }

  get folder(): string {
    return this.#folder;
  }

  /** Those that were open before and are still there, newest first. */
  recent(): string[] {
    return readSettings().recent.filter((folder) => folder !== this.#folder && existsSync(folder));
  }

  /**
   * Opens another workspace in the window, one of the recent ones or one that is chosen in a dialog (null).
   * @returns false where nothing was opened.
   */
  async open(wanted: string | null): Promise<boolean> {
    const folder = wanted === null ? await this.#choose() : this.recent().find((other) => other === wanted);
    if (folder === undefined || folder === this.#folder || !(await this.#mayStop())) return false;
    const { window, lab, isNamed } = this.#parts;
    this.#folder = folder;
    await changeSettings({ recent: withRecent(readSettings(), folder), ...(isNamed ? {} : { workspace: folder }) });
    await lab.reopen(folder);
    await window.loadURL(pageUrl);
    return true;
  }

  /** A folder that is a workspace, or becomes one: an empty folder itself, in any other a new folder. */
  async #choose(): Promise<string | undefined> {
    const { window } = this.#parts;
    const chosen = await dialog.showOpenDialog(window, {
      title: 'Open a workspace',
      buttonLabel: 'Open',
      properties: ['openDirectory', 'createDirectory'],
    });
    const [folder] = chosen.canceled ? [] : chosen.filePaths;
    if (folder === undefined || existsSync(join(folder, databaseName))) return folder;
    const made = readdirSync(folder).length === 0 ? folder : join(folder, 'esam-lab');
    if (existsSync(join(made, databaseName))) return made;
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: 'There is no workspace in this folder yet.',
      detail: `A new one would be made in ${made}: runs, data sets and checkpoints lie there.`,
      buttons: ['Make a workspace', 'Cancel'],
      defaultId: 0,
      cancelId: 1,
    });
    return response === 0 ? made : undefined;
  }

  async #mayStop(): Promise<boolean> {
    const { training } = this.#parts.activity;
    if (training === null) return true;
    const { message, name, end } = trainingTexts(training);
    const { response } = await dialog.showMessageBox(this.#parts.window, {
      type: 'question',
      message,
      detail: `${name}\n\nIf another workspace is opened, ${end}`,
      buttons: ['Stop training and open', 'Cancel'],
      defaultId: 1,
      cancelId: 1,
    });
    return response === 0;
  }
}
