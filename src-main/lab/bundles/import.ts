import { lstatSync, mkdtempSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BundleImported } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { inFileWords } from '../../files/fileFailures.ts';
import { provide } from '../../files/provide.ts';
import { remove } from '../../files/remove.ts';
import { readRegular } from '../../files/readRegular.ts';
import { removalOf } from '../../files/removals.ts';
import { syncFolder } from '../../files/syncFolder.ts';
import { checkpointsFolderName } from '../checkpoints.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { Store } from '../store/index.ts';
import { openArchive, refused } from './archive.ts';
import { partNames, sha256Of } from './parts.ts';
import { changed, readBundle } from './read.ts';
import type { ReadBundle } from './read.ts';

interface Parts {
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  readonly workspaceFolder: string;
}

/**
 * Imports a bundle: everything, or nothing where any part of it is not as it should be. What is here already is not imported again.
 * @throws LabError BUNDLE_REFUSED
 */
export const importBundle = async (
  file: string,
  { store, checkpoints, workspaceFolder }: Parts,
): Promise<BundleImported> => {
  const archive = await openArchive(file);
  const placed: string[][] = [];
  let staging: string | null = null;
  try {
    clearLeftImports(workspaceFolder);
    const folder = (staging = mkdtempSync(join(workspaceFolder, '.bundle-')));
    const bundle = await readBundle(archive, file);
    const staged = (name: string): string => join(folder, name.replaceAll('/', '-'));
    for (const [name, sha256] of bundle.checkpoints) {
      if ((await archive.extract(name, staged(name))) !== sha256) throw changed(file, name);
    }
    const content = { experiments: bundle.experiments, speeds: bundle.speeds, runs: runsOf(bundle) };
    return store.write.addBundle(content, (place, runId, { fileName }) => {
      const target = checkpoints.newPathOf(runId, fileName);
      const part = partNames.checkpoint(place, fileName);
      if (lstatSync(target, { throwIfNoEntry: false }) === undefined) {
        const place = [String(runId), fileName];
        try {
          provide(staged(part), target);
        } catch (error) {
          if (!isTaken(error)) placed.push(place); // a copy that was cut short; somebody else's is not ours to remove
          throw error;
        }
        placed.push(place);
      } else if (sha256Of(readRegular(target)) !== bundle.checkpoints.get(part)) {
        // The same file would be of an import that was killed before it was stored.
        throw refused(
          file,
          `has a checkpoint whose place is taken: move ${fileName} of run ${runId} away, then import again.`,
        );
      }
      // A row means a file that a power cut leaves in its place.
      syncFolder(dirname(target));
    });
  } catch (error) {
    for (const [runId = '', fileName = ''] of placed) {
      remove('checkpoint', workspaceFolder, checkpointsFolderName, runId, fileName);
      remove('emptyRunFolder', workspaceFolder, checkpointsFolderName, runId);
    }
    const said = inFileWords(error);
    throw said instanceof LabError
      ? said
      : refused(file, `does not fit into this workspace: ${messageOf(error)}.`, error);
  } finally {
    archive.close();
    if (staging !== null) remove('unfinishedBundle', workspaceFolder, basename(staging));
  }
};

function* runsOf(bundle: ReadBundle) {
  for (let place = 1; place <= bundle.runCount; place++) yield bundle.run(place);
}

/** Removes what imports that were cut short have left. */
export const clearLeftImports = (workspaceFolder: string): void => {
  const { name: pattern } = removalOf('unfinishedBundle');
  for (const name of readdirSync(workspaceFolder)) {
    if (pattern.test(name)) remove('unfinishedBundle', workspaceFolder, name);
  }
};

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
