import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Trains the example that newcomers open, analyses some of it, and writes its bundle into resources/examples: `npm run example`, a quarter
 * of an hour on two cores. `-- --workspace FOLDER` goes on in a workspace where a part of it was trained.
 */
const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
const workspace = resolve(values.workspace ?? mkdtempSync(join(tmpdir(), 'esam-lab-example-')));
const folder = resolve(import.meta.dirname, '../../resources/examples');
const entry = resolve(import.meta.dirname, '../../src-main/cli/index.ts');

/** Prints what the command line prints; a refusal that says that all is done already is none. */
const lab = (args: readonly string[], mayBeDone = false): void => {
  const { status } = spawnSync(process.execPath, [entry, '--workspace', workspace, ...args], { stdio: 'inherit' });
  if (status !== 0 && !(mayBeDone && status === 2)) throw new Error(`esam-lab ${args.join(' ')} ended with ${status}`);
};

// Seeds are outside: runs 1 to 5 are the five methods with seed 0.
lab(['compare', join(folder, 'experiment.json')], true);
lab(['analyse', '1', '2', '3', '4', '5', '--kind', 'sharpness', '--set', 'examples=512']);
lab(['analyse', '1', '2', '3', '--kind', 'landscape', '--set', 'examples=256', '--set', 'points=15']);
lab([
  ...['bundle', 'export', join(folder, 'label-noise.esamlab'), '--example'],
  ...['--name', 'the app’s example, trained on a two-core machine'],
]);
