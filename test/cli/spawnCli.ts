import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach } from 'vitest';
import { locate } from '../../src-main/cli/locations.ts';
import { isBuildStale } from '../../src-main/runtimes/build.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
});

/** A workspace folder that is gone after the test. */
export const newWorkspace = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lab-cli-'));
  folders.push(folder);
  return folder;
};

const project = join(import.meta.dirname, '../..');
/** As it is installed, which starts in half the time; from its sources, as with `npm run lab`, where these are newer than what was built. */
const entry = join(project, isBuildStale(project) ? 'src-main/cli/index.ts' : 'out/main/cli.cjs');
/** Where the command line that is started here finds the rest of the lab. */
export const locations = locate(pathToFileURL(entry).href);

/** Starts the real command line on a workspace. */
export const startCli = (workspace: string, args: readonly string[], environment: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, ESAM_LAB_WORKSPACE: workspace, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]).then(([code, stdout, stderr]): Ended => ({ code, stdout, stderr }));
  return { child, ended };
};

/** Waits until it has said these words on stderr, in however many pieces they come. */
export const untilSaid = ({ stderr }: ReturnType<typeof startCli>['child'], words: string): Promise<void> =>
  new Promise((resolve) => {
    let said = '';
    stderr.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (said.includes(words)) resolve();
    });
  });

export const cli = (workspace: string, args: readonly string[], environment?: Record<string, string>): Promise<Ended> =>
  startCli(workspace, args, environment).ended;
