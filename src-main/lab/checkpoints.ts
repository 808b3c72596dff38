import { lstatSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { checkpointKeepingSchema } from '../../shared/checkpointKeeping.ts';
import type { CheckpointKeeping, CheckpointUse, Pruned } from '../../shared/checkpointKeeping.ts';
import type { CheckpointFile, RunId } from '../../shared/run.ts';
import type { CheckpointPlan } from '../../shared/jobs/train.ts';
import { isLink } from '../files/isLink.ts';
import { isThere } from '../files/isThere.ts';
import { linkOrCopy } from '../files/provide.ts';
import { remove } from '../files/remove.ts';
import { removalOf } from '../files/removals.ts';
import { setAside } from '../files/setAside.ts';
import { makeFolder, syncFolder } from '../files/syncFolder.ts';
import { trashIn } from '../files/trash.ts';
import { keptCheckpoints } from './keptCheckpoints.ts';
import { placing } from './placing.ts';
import type { Place } from './placing.ts';
import type { Store } from './store/index.ts';

const isEndOf = ({ epoch, epochStep }: CheckpointFile, wanted: number | null): boolean =>
  epochStep === 0 && epoch > 0 && epoch === wanted;

/** Which of its checkpoints a finished run keeps. @param newestFirst - all it has. */
const keptOfFinished: Readonly<
  Record<
    CheckpointKeeping,
    (newestFirst: readonly CheckpointFile[], bestEpoch: number | null) => readonly CheckpointFile[]
  >
> = {
  all: keptCheckpoints,
  'best-and-last': (newestFirst, bestEpoch) =>
    newestFirst.filter((checkpoint, index) => index === 0 || isEndOf(checkpoint, bestEpoch)),
  last: (newestFirst) => newestFirst.slice(0, 1),
  none: () => [],
};

const sizeOf = (files: readonly CheckpointFile[]): Pruned => ({
  fileCount: files.length,
  sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
});

const settingName = 'checkpointKeeping';

export const checkpointsFolderName = 'checkpoints';

/** The folder of all runs' checkpoints: one folder a run. The store knows what is whole; what it does not know is not ours to delete. */
export class Checkpoints {
  readonly #store: Store;
  readonly #workspace: string;
  readonly #everyMs: number;

  /** @param everyMs - between two checkpoints within an epoch. */
  constructor(store: Store, workspace: string, everyMs: number) {
    this.#store = store;
    this.#workspace = workspace;
    this.#everyMs = everyMs;
  }

  /**
   * What a trainer is told. What a former trainer of the run left unfinished is deleted; a whole checkpoint that the store does not know,
   * as after going back to a backup, is set aside: the trainer may write one of the same name.
   */
  plan(runId: RunId): CheckpointPlan {
    const folder = this.#ownFolderOf(runId);
    this.#makeRoom(runId);
    const resumeFrom = this.#store.read
      .checkpoints(runId)
      .map(({ fileName, sha256 }) => ({ path: join(folder, fileName), sha256 }));
    return { folder, everyMs: this.#everyMs, resumeFrom };
  }

  /** Removes what a trainer of the run that is no more was just writing; one that goes on without a lab may be writing now. */
  removeUnfinished(runId: RunId): void {
    if (this.#store.read.liveJobs().some((job) => job.runId === runId)) return;
    for (const name of listed(this.#folderOf(runId))) {
      if (removalOf('unfinishedCheckpoint').name.test(name))
        remove('unfinishedCheckpoint', this.#workspace, checkpointsFolderName, String(runId), name);
    }
  }

  /** Removes what need not be kept. */
  prune(runId: RunId): void {
    const { read } = this.#store;
    const all = read.checkpoints(runId);
    const kept = keptCheckpoints(all, read.runs.one(runId)?.bestEpoch ?? null);
    this.#drop(
      runId,
      all.filter((checkpoint) => !kept.includes(checkpoint)),
    );
  }

  /** Which checkpoints runs keep once they have finished. */
  get keep(): CheckpointKeeping {
    return this.#store.read.setting(settingName, checkpointKeepingSchema) ?? 'all';
  }

  set keep(keep: CheckpointKeeping) {
    this.#store.write.setting(settingName, keep);
  }

  use(): CheckpointUse {
    const beyond = this.#beyond();
    return {
      keep: this.keep,
      ...this.#store.read.checkpointRoom(),
      prunable: { runCount: beyond.size, ...sizeOf([...beyond.values()].flat()) },
    };
  }

  /** Removes what finished runs need not keep. @param runId - of this one alone. */
  pruneFinished(runId?: RunId): Pruned {
    return sizeOf([...this.#beyond(runId)].flatMap(([id, files]) => this.#drop(id, files)));
  }

  /** Of each finished run, what it need not keep; runs with none are left out. */
  #beyond(only?: RunId): ReadonlyMap<RunId, readonly CheckpointFile[]> {
    const { read } = this.#store;
    const keptOf = keptOfFinished[this.keep];
    const beyond = read.settledRuns(only).map(({ id, bestEpoch }) => {
      const all = read.checkpoints(id);
      const kept = keptOf(all, bestEpoch);
      return [id, all.filter((checkpoint) => !kept.includes(checkpoint))] as const;
    });
    return new Map(beyond.filter(([, files]) => files.length > 0));
  }

  /** Forgets those that a run could not go on from: it went on from one before them, and its trainer has set their files aside. */
  dropAfter(runId: RunId, { epoch, step }: Pick<CheckpointFile, 'epoch' | 'step'>): void {
    const isLater = (other: CheckpointFile): boolean =>
      other.step > step || (other.step === step && other.epoch > epoch);
    const later = this.#store.read.checkpoints(runId).filter(isLater);
    this.#store.write.dropCheckpoints(
      runId,
      later.map(({ fileName }) => fileName),
    );
  }

  /** Has work put files in the places of checkpoints, and store their rows, as `placing` says. */
  placing<T>(work: (place: Place) => T): T {
    return placing(this.#workspace, (runId, fileName) => this.newPathOf(runId, fileName), work);
  }

  /** Gives a run the files of another one's checkpoints, without a copy where the file system can. */
  share(from: RunId, to: RunId, place: Place): CheckpointFile[] {
    const checkpoints = this.#store.read.checkpoints(from);
    for (const checkpoint of checkpoints) place(this.pathOf(from, checkpoint.fileName), to, checkpoint);
    return checkpoints;
  }

  /**
   * Brings a checkpoint that was written elsewhere into the run's folder, without a copy where the file system can.
   * @returns false where it is not there, or not whole.
   */
  adopt(runId: RunId, folder: string, { fileName, sizeBytes }: CheckpointFile): boolean {
    const source = join(folder, fileName);
    const found = lstatSync(source, { throwIfNoEntry: false });
    if (found?.isFile() !== true || found.size !== sizeBytes) return false;
    makeFolder(this.#ownFolderOf(runId));
    const target = join(this.#folderOf(runId), fileName);
    const unfinished = `${target}.${process.pid}.part`;
    const clear = (): unknown =>
      remove('unfinishedCheckpoint', this.#workspace, checkpointsFolderName, String(runId), basename(unfinished));
    clear(); // of a former process of this number
    try {
      linkOrCopy(source, unfinished);
      renameSync(unfinished, target);
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (isGone && isThere(this.#folderOf(runId))) return false; // dropped meanwhile by who wrote it
      throw error;
    } finally {
      clear(); // after a success too: renaming a link to itself leaves both
    }
    syncFolder(this.#folderOf(runId));
    return true;
  }

  has(runId: RunId, { fileName, sizeBytes }: CheckpointFile): boolean {
    return statSync(this.pathOf(runId, fileName), { throwIfNoEntry: false })?.size === sizeBytes;
  }

  /**
   * Moves the checkpoints of runs that are to go for good into the workspace's trash, which keeps them for a day.
   * @returns the runs that must stay, each with why: a file of theirs stays, which nobody would know without its run.
   */
  discard(runIds: readonly RunId[]): ReadonlyMap<RunId, string> {
    const trash = trashIn(this.#workspace);
    const stays = new Map<RunId, string>();
    for (const runId of runIds) {
      const gone: string[] = [];
      for (const { fileName } of this.#store.read.checkpoints(runId)) {
        const problem = trash.take('checkpoint', checkpointsFolderName, String(runId), fileName);
        if (problem === null) gone.push(fileName);
        else stays.set(runId, `${fileName} of run ${String(runId)}: ${problem}`);
      }
      if (stays.has(runId)) this.#store.write.dropCheckpoints(runId, gone);
      else remove('emptyRunFolder', this.#workspace, checkpointsFolderName, String(runId));
    }
    return stays;
  }

  /** The place of a checkpoint that is to come, in a folder that is made. @throws LabError WORKSPACE_UNWRITABLE; Error of the file system. */
  newPathOf(runId: RunId, fileName: string): string {
    makeFolder(this.#ownFolderOf(runId));
    return this.pathOf(runId, fileName);
  }

  pathOf(runId: RunId, fileName: string): string {
    return join(this.#folderOf(runId), fileName);
  }

  #folderOf(runId: RunId): string {
    return join(this.#workspace, checkpointsFolderName, String(runId));
  }

  /**
   * The same, to write to. In a workspace from somebody else a link may lead to another workspace, where the same names are taken.
   * @throws LabError WORKSPACE_UNWRITABLE where it lies behind a link.
   */
  #ownFolderOf(runId: RunId): string {
    const link = [checkpointsFolderName, `${checkpointsFolderName}/${String(runId)}`].find((name) =>
      isLink(join(this.#workspace, name)),
    );
    if (link === undefined) return this.#folderOf(runId);
    throw new LabError(
      'WORKSPACE_UNWRITABLE',
      `In this workspace ${link} is a link, and checkpoints are written to real folders only. Nothing was changed. ` +
        'Put the folder itself in its place; the whole workspace may lie behind a link.',
    );
  }

  /** Forgets them before their files go: a row means a whole file. What the system does not let go stays known. @returns those that are gone. */
  #drop(runId: RunId, checkpoints: readonly CheckpointFile[]): readonly CheckpointFile[] {
    if (checkpoints.length === 0) return [];
    this.#store.write.dropCheckpoints(
      runId,
      checkpoints.map(({ fileName }) => fileName),
    );
    const folder = [checkpointsFolderName, String(runId)];
    const gone = checkpoints.filter(
      ({ fileName }) => remove('checkpoint', this.#workspace, ...folder, fileName).length === 0,
    );
    for (const checkpoint of checkpoints.filter((each) => !gone.includes(each)))
      if (mayBeFile(this.pathOf(runId, checkpoint.fileName))) this.#store.write.checkpoint(runId, checkpoint);
    return gone;
  }

  #makeRoom(runId: RunId): void {
    const known = new Set(this.#store.read.checkpoints(runId).map(({ fileName }) => fileName));
    const folder = this.#folderOf(runId);
    this.removeUnfinished(runId);
    for (const name of listed(folder)) {
      if (removalOf('checkpoint').name.test(name) && !known.has(name)) setAside(join(folder, name));
    }
  }
}

/** Whether a file lies there, or something of which that cannot be told; not a link or folder in its place. */
const mayBeFile = (path: string): boolean => {
  try {
    return lstatSync(path).isFile();
  } catch {
    return true;
  }
};

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is none yet
  }
};
