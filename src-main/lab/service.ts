import type { LabApi, LabEvent } from '../../shared/labApi.ts';
import type { TrainerLauncher } from './trainers.ts';

export interface LabOptions {
  /** Folder of database, data sets and exports; made if it does not exist. */
  readonly workspaceFolder: string;
  readonly launcher: TrainerLauncher;
  readonly labVersion: string;
  /** Folder of preset files (*.json). */
  readonly presetsFolder: string;
  /** Folder of the store's migrations (NNNN-name.sql). */
  readonly migrationsFolder: string;
  readonly electronVersion: string | null;
  /** Shown on the device page as they are. */
  readonly notices: readonly string[];
  /** Install the TensorFlow runtime unasked if it is missing. */
  readonly installRuntimeOnStart: boolean;
  /**
   * Train only runs that are enqueued from now on, paused queue or not, and leave those that waited already as they are
   * (command line: `compare` and `run` must not start what the app has queued). Default false.
   */
  readonly trainsOnlyOwnRuns?: boolean;
}

export interface Lab extends LabApi {
  /** Calls the listener for every event, after the store holds it. Returns the way to stop listening. */
  onEvent(listener: (event: LabEvent) => void): () => void;
  /** Allows importing from these files and folders (and what they contain). */
  grantPaths(paths: readonly string[]): void;
  /** Stops the running trainer, ends its run honestly and closes the store. */
  close(): Promise<void>;
}

/**
 * Opens a workspace and starts its queue.
 * @throws LabError WORKSPACE_* if the workspace is in use, damaged, foreign or newer; RUNTIME_TOO_OLD.
 */
export declare const openLab: (options: LabOptions) => Promise<Lab>;
