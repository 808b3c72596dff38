import { z } from 'zod';
import { preferencesSchema, type DesktopFacts, type Preferences } from './desktop.ts';
import type { LabReply, LabRequest } from './labApi.ts';
import { placeIdSchema, slurmSettingsSchema, type PlaceId, type SlurmSettings } from './places.ts';
import type { MenuCommand } from './menuCommands.ts';

/** What the window may ask of the desktop shell itself; everything else goes to the lab. */
export interface ShellApi {
  /** Opens the file dialog for data set files or a folder; grants the lab the chosen paths. Empty when cancelled. */
  chooseDataset(kind: 'files' | 'folder'): Promise<string[]>;
  /** The same for one bundle of runs; null when cancelled. */
  chooseBundle(): Promise<string | null>;
  /**
   * The paths of what was dropped on the window, which the lab is granted.
   * @param entries - the same things; a browser, which knows no paths, uploads what is in them.
   */
  takeDropped(files: readonly File[], entries: readonly FileSystemEntry[]): Promise<string[]>;
  /** The bundle that the system has asked the app to open, once; the lab may import it. Null where there is none. */
  openedBundle(): Promise<string | null>;
  /** Opens the save dialog and writes the text whole or not at all; null when cancelled, else where it lies, in words ("~/Documents/a.csv"). */
  saveText(suggestedName: string, text: string): Promise<string | null>;
  /** The same for a file of bytes, given in base64. */
  saveFile(suggestedName: string, base64: string): Promise<string | null>;
  copyText(text: string): Promise<void>;
  /** Shows the file that was saved last in the system's file manager; missing where that cannot be, in a browser. */
  showSaved?(): Promise<void>;
  /** Asks whether jobs may be sent so: where to, and what a shell runs there. False when not. Missing in a browser, where any page might answer. */
  confirmPlace?(id: PlaceId, settings: SlurmSettings): Promise<boolean>;
  /** Shows the workspace folder in the system's file manager. */
  showWorkspace(): Promise<void>;
  /** Shows the folder of the lab's log. */
  showLogs(): Promise<void>;
  /** What the app on this desktop is like; null in a browser, which has none of it. */
  desktop(): Promise<DesktopFacts | null>;
  setPreferences(preferences: Preferences): Promise<void>;
  /** Opens another workspace: one of `recentWorkspaces`, or one that is chosen in a dialog (null). The page is loaded anew; false when cancelled. */
  openWorkspace(folder: string | null): Promise<boolean>;
}

/** The one object the preload script puts on the page's `window` as `esamLab`. */
export interface Bridge {
  readonly shell: ShellApi;
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** Sends a request to the lab; replies and events arrive at the listener. */
  send(request: LabRequest): void;
  onReply(listener: (reply: LabReply) => void): void;
  /** Something was chosen in the native menu. */
  onCommand(listener: (command: MenuCommand) => void): void;
}

const text = z.string().max(64 * 1024 * 1024);

/** A call of `ShellApi` on its way from the preload script to main. */
export const shellCallSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('chooseDataset'), input: z.tuple([z.enum(['files', 'folder'])]) }),
  z.strictObject({ method: z.literal('chooseBundle'), input: z.tuple([]) }),
  /** Of files that the preload script was given. */
  z.strictObject({ method: z.literal('takePaths'), input: z.tuple([z.array(z.string().min(1).max(4096)).max(64)]) }),
  z.strictObject({ method: z.literal('openedBundle'), input: z.tuple([]) }),
  z.strictObject({ method: z.literal('saveText'), input: z.tuple([z.string().min(1).max(255), text]) }),
  z.strictObject({
    method: z.literal('saveFile'),
    input: z.tuple([z.string().min(1).max(255), z.base64().max(64 * 1024 * 1024)]),
  }),
  z.strictObject({ method: z.literal('copyText'), input: z.tuple([text]) }),
  z.strictObject({ method: z.literal('showSaved'), input: z.tuple([]) }),
  z.strictObject({ method: z.literal('confirmPlace'), input: z.tuple([placeIdSchema, slurmSettingsSchema]) }),
  z.strictObject({ method: z.literal('showWorkspace'), input: z.tuple([]) }),
  z.strictObject({ method: z.literal('showLogs'), input: z.tuple([]) }),
  z.strictObject({ method: z.literal('desktop'), input: z.tuple([]) }),
  z.strictObject({ method: z.literal('setPreferences'), input: z.tuple([preferencesSchema]) }),
  z.strictObject({ method: z.literal('openWorkspace'), input: z.tuple([z.string().min(1).max(4096).nullable()]) }),
]);
export type ShellCall = z.infer<typeof shellCallSchema>;

/** What comes back; a message carries no path and no stack. */
export type ShellAnswer =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly message: string };
