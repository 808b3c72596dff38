import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askNeighbour } from '../../src-main/lab/neighbour.ts';
import { openLab } from '../../src-main/lab/service.ts';
import { build, isBuildStale } from '../../src-main/runtimes/build.ts';
import { isAlive, killAtOnce, processTree } from '../app/processes.ts';
import { newWorkspace, startCli } from '../cli/spawnCli.ts';
import { smallIdx } from '../lab/datasets/fixtures.ts';
import { experimentOf, shared } from '../lab/fixtures/configs.ts';
import { labOptions, realTrainers } from '../lab/fixtures/labOptions.ts';
import { untilEnded } from '../lab/fixtures/labs.ts';
import { helpersOf, states, until } from './states.ts';
import type { Opened, State } from './states.ts';

/** The promise is two seconds; a machine with more to do than cores needs longer to end a process. */
const survivorsMs = 2000 + 3000;

let home: string;
/** A workspace with MNIST and a run that has finished, and a page to serve. */
beforeAll(async () => {
  const checkout = join(import.meta.dirname, '../..');
  if (isBuildStale(checkout)) await build(checkout);
  home = await mkdtemp(join(tmpdir(), 'esam-lab-killed-'));
  const images = join(home, 'images');
  await mkdir(images);
  for (const [name, content] of Object.entries(smallIdx())) await writeFile(join(images, name), content);
  const lab = await openLab({ ...labOptions(join(home, 'workspace')), launcher: realTrainers });
  lab.grantPaths([images]);
  await lab.importDataset({ kind: 'auto', paths: [images], name: 'small', onDamaged: 'refuse' });
  const dataset = { ...shared.dataset, id: 'small', trainSubset: null };
  await lab.enqueue(experimentOf({ shared: { ...shared, dataset, batchSize: 2, epochs: 1 } }));
  await untilEnded(lab, 1);
  await lab.close();
});
afterAll(() => rm(home, { recursive: true, force: true }));

const preparedWorkspace = async (): Promise<string> => {
  const workspace = await newWorkspace();
  await cp(join(home, 'workspace'), workspace, { recursive: true });
  return workspace;
};

/** Starts a command on the workspace, with a folder of its own for temporary files. */
const start = async (workspace: string, args: readonly string[], { environment }: State) => {
  const folder = await newWorkspace();
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  const variables = { TMPDIR: temporary, ...(await environment?.(folder)) };
  const { child } = startCli(workspace, args, variables);
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  const pid = child.pid ?? 0;
  return { pid, folder, temporary, port: (): number => Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0) };
};

const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });

/** What none but a process that still works may have in a workspace. */
const litterIn = async (workspace: string): Promise<string[]> =>
  (await readdir(workspace, { recursive: true })).filter((name) =>
    /\.part$|\.import-|\.bundle-|holder\.json$/.test(name),
  );

/** Kills the lab alone, and waits for what hangs on it. */
const killLab = async (pid: number): Promise<void> => {
  const tree = processTree(pid);
  killAtOnce([pid]);
  await expect.poll(() => tree.filter(isAlive), { timeout: survivorsMs }).toEqual([]);
};

test.each(states)(
  'serve killed while $name: nothing of it stays, and a process that worked for it, killed alone, costs only what it did',
  { timeout: 240_000 },
  async (state) => {
    const workspace = await preparedWorkspace();
    const { pid, folder, temporary, port } = await start(workspace, ['serve'], state);
    await until(() => port() > 0);
    const neighbour = await askNeighbour(workspace, version);
    if (neighbour === null) throw new Error('The server lets nobody in.');
    const opened: Opened = { lab: neighbour.lab, pid, workspace, folder };
    await state.begin(opened);
    await state.reach(opened);
    const helpers = state.helper === undefined ? [] : helpersOf(pid, state.helper);
    expect(helpers.length > 0).toBe(state.helper !== undefined);

    if (state.goesOn === true) {
      killAtOnce(helpers);
      await state.reach(opened);
      await until(() => helpersOf(pid, state.helper ?? '').some((helper) => !helpers.includes(helper)));
      expect(helpers.filter(isAlive)).toEqual([]);
      const parts = (await litterIn(workspace)).filter((name) => name.startsWith('checkpoints'));
      expect(parts.filter((name) => helpers.some((helper) => name.endsWith(`.${String(helper)}.part`)))).toEqual([]);
    }

    await killLab(pid);
    // Its lock and its port go with the last of its threads, which may be waiting for the disk.
    await expect.poll(() => answers(port()), { timeout: survivorsMs }).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
    const next = await openLab(labOptions(workspace)); // throws where the lock is held
    const runs = await next.runs({ experimentId: null });
    await next.pauseQueue({ paused: true });
    await next.close();
    expect(runs.map((run) => run.state)).not.toContain('running');
    expect(await litterIn(workspace)).toEqual([]);
  },
);
