import { mkdtempSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BundleImported } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { inFileWords } from '../../files/fileFailures.ts';
import { remove } from '../../files/remove.ts';
import { removalOf } from '../../files/removals.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { Store } from '../store/index.ts';
import { openArchive, refused } from './archive.ts';
import { partNames } from './parts.ts';
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
    return checkpoints.placing((place) =>
      store.write.addBundle(content, (ofBundle, runId, checkpoint) =>
        place(staged(partNames.checkpoint(ofBundle, checkpoint.fileName)), runId, checkpoint),
      ),
    );
  } catch (error) {
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
