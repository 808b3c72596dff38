import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointFile, RunId } from '../../shared/run.ts';
import type { CheckpointPlan } from '../../shared/trainerProtocol.ts';
import type { Store } from './store/index.ts';

/** Besides the last two (should the last be damaged) and the best epoch's, the checkpoint of every 50th epoch is kept. */
export const checkpointKeeping = { last: 2, everyEpochs: 50 } as const;

/** Which of a run's checkpoints stay. @param newestFirst - all it has. */
export const keptCheckpoints = (
  newestFirst: readonly CheckpointFile[],
  bestEpoch: number | null,
): readonly CheckpointFile[] =>
  newestFirst.filter(
    ({ epoch, epochStep }, index) =>
      index < checkpointKeeping.last ||
      (epochStep === 0 && epoch > 0 && (epoch === bestEpoch || epoch % checkpointKeeping.everyEpochs === 0)),
  );

/** The folder of all runs' checkpoints: one folder a run. The store knows what is whole; anything else there is left over. */
export class Checkpoints {
  readonly #store: Store;
  readonly #folder: string;
  readonly #everyMs: number;

  /** @param everyMs - between two checkpoints within an epoch. */
  constructor(store: Store, folder: string, everyMs: number) {
    this.#store = store;
    this.#folder = folder;
    this.#everyMs = everyMs;
    this.#sweep();
  }

  /** What a trainer is told; clears away what a former trainer of the run left unfinished. */
  plan(runId: RunId): CheckpointPlan {
    const folder = this.#folderOf(runId);
    this.#clean(runId);
    const resumeFrom = this.#store.read
      .checkpoints(runId)
      .map(({ fileName, sha256 }) => ({ path: join(folder, fileName), sha256 }));
    return { folder, everyMs: this.#everyMs, resumeFrom };
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

  /** Forgets those that a run could not go on from: it went on from one before them, and its trainer has removed their files. */
  dropAfter(runId: RunId, { epoch, step }: Pick<CheckpointFile, 'epoch' | 'step'>): void {
    const isLater = (other: CheckpointFile): boolean =>
      other.step > step || (other.step === step && other.epoch > epoch);
    const later = this.#store.read.checkpoints(runId).filter(isLater);
    this.#store.write.dropCheckpoints(
      runId,
      later.map(({ fileName }) => fileName),
    );
  }

  /** Gives a run the files of another one's checkpoints, without a copy where the file system can. */
  share(from: RunId, to: RunId): CheckpointFile[] {
    const checkpoints = this.#store.read.checkpoints(from);
    mkdirSync(this.#folderOf(to), { recursive: true });
    for (const { fileName } of checkpoints) {
      const source = join(this.#folderOf(from), fileName);
      const target = join(this.#folderOf(to), fileName);
      rmSync(target, { force: true });
      try {
        linkSync(source, target);
      } catch {
        copyFileSync(source, target);
      }
    }
    return checkpoints;
  }

  /** Removes the folders of runs that are no more. */
  forget(runIds: readonly RunId[]): void {
    runIds.forEach((runId) => this.#remove(this.#folderOf(runId)));
  }

  #folderOf(runId: RunId): string {
    return join(this.#folder, String(runId));
  }

  #drop(runId: RunId, checkpoints: readonly CheckpointFile[]): void {
    if (checkpoints.length === 0) return;
    const fileNames = checkpoints.map(({ fileName }) => fileName);
    this.#store.write.dropCheckpoints(runId, fileNames);
    fileNames.forEach((fileName) => this.#remove(join(this.#folderOf(runId), fileName)));
  }

  /** Removes files that the store does not know: cut short, or whole but never told. */
  #clean(runId: RunId): void {
    const known = new Set(this.#store.read.checkpoints(runId).map(({ fileName }) => fileName));
    for (const name of listed(this.#folderOf(runId))) {
      if (!known.has(name)) this.#remove(join(this.#folderOf(runId), name));
    }
  }

  #sweep(): void {
    for (const name of listed(this.#folder)) {
      const runId = /^[1-9]\d{0,14}$/.test(name) ? Number(name) : null;
      if (runId === null) continue;
      if (this.#store.read.runs.one(runId) === null) this.forget([runId]);
      else this.#clean(runId);
    }
  }

  /** A file that cannot be removed costs room, nothing else. */
  #remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      console.error('A checkpoint could not be removed:', error);
    }
  }
}

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is none yet
  }
};
