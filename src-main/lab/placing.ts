import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { runIdSchema } from '../../shared/run.ts';
import type { CheckpointFile, RunId } from '../../shared/run.ts';
import { provide } from '../files/provide.ts';
import { readRegular } from '../files/readRegular.ts';
import { remove } from '../files/remove.ts';
import { removalOf } from '../files/removals.ts';
import { setAside } from '../files/setAside.ts';
import { syncFolder } from '../files/syncFolder.ts';
import { trashIn } from '../files/trash.ts';
import { checkpointsFolderName } from './checkpoints.ts';
import type { Store } from './store/index.ts';

const noteSchema = z.strictObject({
  runId: runIdSchema,
  fileName: z.string().regex(removalOf('checkpoint').name),
  /** Of what comes before the digest that the file ends with. */
  sha256: z.string().regex(/^[\da-f]{64}$/),
});
type Note = z.infer<typeof noteSchema>;

/** Puts a file in the place of a run's checkpoint, of which the row is to come. What lies there is set aside. @throws Error of the file system. */
export type Place = (source: string, runId: RunId, checkpoint: Pick<CheckpointFile, 'fileName' | 'sha256'>) => void;

/**
 * A row means a whole file, so checkpoints that come from elsewhere are in their places before the store knows them. Each is noted first, in a
 * file of the workspace that goes once the rows stand: what a killed process has placed is found by it at the next start (`clearPlaced`).
 * @param newPathOf - the place of a checkpoint, its folder made.
 * @param work - places, and stores the rows; where it fails, what was placed goes.
 */
export const placing = <T>(
  workspace: string,
  newPathOf: (runId: RunId, fileName: string) => string,
  work: (place: Place) => T,
): T => {
  const name = `.placing-${randomBytes(4).toString('hex')}.jsonl`;
  const notes: (Note & { isPlaced: boolean })[] = [];
  let file = null as number | null; // set by a callback, which TypeScript does not follow
  const place: Place = (source, runId, { fileName, sha256 }) => {
    const note = { runId, fileName, sha256 };
    file ??= openSync(join(workspace, name), 'wx', 0o600);
    writeSync(file, `${JSON.stringify(note)}\n`);
    const placed = { ...note, isPlaced: false };
    notes.push(placed);
    const target = newPathOf(runId, fileName);
    setAside(target);
    provide(source, target);
    placed.isPlaced = true;
    syncFolder(dirname(target)); // a power cut leaves it there
  };
  try {
    return work(place);
  } catch (error) {
    for (const { runId, fileName, isPlaced } of notes) {
      if (isPlaced) remove('checkpoint', workspace, checkpointsFolderName, String(runId), fileName);
      remove('emptyRunFolder', workspace, checkpointsFolderName, String(runId));
    }
    throw error;
  } finally {
    if (file !== null) {
      closeSync(file);
      remove('placing', workspace, name);
    }
  }
};

/** Clears what killed processes have placed and not stored: those very bytes go into the trash, their unfinished copies at once. */
export const clearPlaced = (workspace: string, { read }: Store): void => {
  const journals = readdirSync(workspace).filter((name) => removalOf('placing').name.test(name));
  for (const journal of journals) {
    for (const note of notesIn(join(workspace, journal))) {
      const { runId, fileName } = note;
      if (read.checkpoints(runId).some((known) => known.fileName === fileName)) continue;
      const folder = [checkpointsFolderName, String(runId)];
      for (const name of listed(join(workspace, ...folder))) {
        const isCopy = name.startsWith(`${fileName}.`) && removalOf('unfinishedCheckpoint').name.test(name);
        if (isCopy) remove('unfinishedCheckpoint', workspace, ...folder, name);
      }
      if (isThat(join(workspace, ...folder, fileName), note))
        trashIn(workspace).take('checkpoint', ...folder, fileName);
      remove('emptyRunFolder', workspace, ...folder);
    }
    remove('placing', workspace, journal);
  }
};

const digestBytes = 32;

const isThat = (path: string, { sha256 }: Note): boolean => {
  try {
    const bytes = readRegular(path);
    return createHash('sha256').update(bytes.subarray(0, -digestBytes)).digest('hex') === sha256;
  } catch {
    return false; // gone, or nothing that the lab has made
  }
};

/** Of a last line that was cut short nothing was placed yet. */
const notesIn = (path: string): Note[] => {
  try {
    const lines = readRegular(path).toString('utf8').split('\n').slice(0, -1);
    return lines.map((line) => noteSchema.parse(JSON.parse(line)));
  } catch {
    return [];
  }
};

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is none
  }
};
