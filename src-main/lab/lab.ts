import type { LabApi } from '../../shared/labApi.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { RunId } from '../../shared/run.ts';
import type { PublishedSet } from '../../shared/publishedSets.ts';
import type { PlaceId, SlurmSettings } from '../../shared/places.ts';
import type { BundleSelection } from './bundles/collect.ts';
import type { JobLimits } from './jobs/jobProcess.ts';
import type { BundleStream } from './requests/bundles.ts';
import type { TrainerLauncher } from './trainers.ts';

export interface LabOptions {
  /** Folder of database and data sets; made if it does not exist. */
  readonly workspaceFolder: string;
  readonly launcher: TrainerLauncher;
  readonly labVersion: string;
  /** Folder of preset files (*.json). */
  readonly presetsFolder: string;
  /** Folder of the paper's tables and figures (*.json). */
  readonly paperFolder: string;
  /** The bundle that newcomers can open. */
  readonly examplesFolder: string;
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
  /** Never train silently what was left in the queue: it waits until the user starts it, whatever he adds. Default false. */
  readonly awaitsStart?: boolean;
  /** What others who want the workspace are told of this lab, such as "esam-lab run"; `isBrief`: it is over in a moment. */
  readonly holder?: { readonly does: string; readonly isBrief: boolean };
  /** What happened before it opened, such as a restored backup; told once with what else was found at start. */
  readonly startNotices?: readonly string[];
  /** Default: ten minutes of silence, ten seconds to stop. */
  readonly limits?: JobLimits;
  /** Between two looks into the folders of jobs on a cluster, and between two questions to it. Default: 5 and 30 seconds. */
  readonly clusterTimes?: { readonly readEveryMs: number; readonly askEveryMs: number };
  /** Sets that can be downloaded; default: `publishedSets`. */
  readonly publishedSets?: readonly PublishedSet[];
  /** Between two checkpoints within an epoch. Default: ten minutes. */
  readonly checkpointEveryMs?: number;
}

export interface Lab extends LabApi {
  /** Calls the listener for every event, after the store holds it. Returns the way to stop listening. */
  onEvent(listener: (event: LabEvent) => void): () => void;
  /** Allows importing from these files and folders (and what they contain). */
  grantPaths(paths: readonly string[]): void;
  /** Runs as a bundle, with checkpoints if they are asked for, of any size. */
  writeBundle(selection: BundleSelection): Promise<BundleStream>;
  /** Runs that other commands have asked this lab for: they end with it. */
  guestRuns(): readonly RunId[];
  /** Resolves when every other command that has asked for runs has ended: until then it may ask what became of them. */
  guestsGone(): Promise<void>;
  /** The user has allowed, outside any page, that jobs are sent so. */
  confirmPlace(id: PlaceId, settings: SlurmSettings): void;
  /** How jobs are asked for at a place from now on, confirmed or not: by the user's own command. */
  setPlace(id: PlaceId, settings: SlurmSettings): void;
  /** Has the running trainer keep a checkpoint, and go on. */
  checkpoint(): void;
  /** Stops the running trainer, ends its run honestly and closes the store. */
  close(): Promise<void>;
}
