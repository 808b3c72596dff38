import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { copyWorkspace } from '../copyWorkspace.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { smallRun } from './smallRun.ts';
import { cli, newWorkspace } from './spawnCli.ts';

/** A workspace that is made once for a file of tests, and copied for each that asks. */
export const workspaceOnce = (make: (workspace: string) => Promise<unknown>): (() => Promise<string>) => {
  let made: Promise<string> | null = null;
  afterAll(async () => {
    if (made !== null) await rm(await made, { recursive: true, force: true });
  });
  const makeIt = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'esam-lab-once-'));
    await make(folder);
    return folder;
  };
  return async () => {
    made ??= makeIt();
    const workspace = await newWorkspace();
    await copyWorkspace(await made, workspace);
    return workspace;
  };
};

/** A workspace with the data set "small" beside MNIST, as `import-data` leaves it. */
export const smallWorkspace = workspaceOnce((workspace) => addSmall(workspace));

/** And with one finished run on it, which the command line has trained for one epoch. */
export const trainedWorkspace = workspaceOnce(async (workspace) => {
  await addSmall(workspace);
  await writeFile(join(workspace, 'done.json'), JSON.stringify(smallRun('small', 1)));
  expect((await cli(workspace, ['run', join(workspace, 'done.json')])).code).toBe(0);
});

const addSmall = async (workspace: string): Promise<void> => {
  (await openStore(workspace, migrationsFolder)).close();
  const library = openLibrary(join(workspace, 'datasets'));
  await library.ensureBuiltIn();
  await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'small' });
};
