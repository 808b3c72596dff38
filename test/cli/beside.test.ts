import { chmod, cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { basename, extname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import type { RunSummary } from '../../shared/run.ts';
import { folderWith, idxLabels, smallIdx } from '../lab/datasets/fixtures.ts';
import { askNeighbour } from '../../src-main/lab/neighbour.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import manifest from '../../package.json' with { type: 'json' };
import { holdTrainers } from '../processes/states.ts';
import { smallRun } from './smallRun.ts';
import { trainedWorkspace } from './smallWorkspace.ts';
import { cli, newWorkspace, startCli, untilSaid } from './spawnCli.ts';

const { version } = manifest;
const slow = { timeout: 600_000 }; // each command is a process of its own, on a busy machine

const longRun = async (workspace: string): Promise<string> => {
  const file = join(workspace, 'long.json');
  await writeFile(file, JSON.stringify({ ...smallRun('small', 100_000), seed: 1 }));
  return file;
};

const shortRun = async (workspace: string): Promise<string> => {
  const file = join(workspace, 'short.json');
  await writeFile(file, JSON.stringify({ ...smallRun('small', 1), seed: 2 }));
  return file;
};

/** What trains and what waits in the queue of whoever has the workspace. */
const queueOf = async (workspace: string): Promise<{ running: number[]; waiting: number[] }> => {
  const neighbour = await askNeighbour(workspace, version);
  const { running = [], waiting = [] } = (await neighbour?.lab.queue({})) ?? {};
  await neighbour?.lab.close();
  return { running: running.map(({ id }) => id), waiting: waiting.map(({ id }) => id) };
};

test('anyone may look while a run trains in another terminal, and have data imported by it', slow, async () => {
  const workspace = await trainedWorkspace();
  const { child, ended } = startCli(workspace, ['run', await longRun(workspace)]);
  await untilSaid(child, 'epoch 2 of');
  const letGo = holdTrainers(child.pid ?? 0);
  const runs = JSON.parse((await cli(workspace, ['runs', '--json'])).stdout) as RunSummary[];
  expect(runs.map(({ id, state }) => [id, state])).toEqual([
    [2, 'running'],
    [1, 'finished'],
  ]);
  expect(runs[0]?.epochsDone).toBeGreaterThan(0);
  expect((await cli(workspace, ['queue'])).stdout).toMatch(/long +2 +SGD +1 +\d+\/100000 +running/);
  expect((await cli(workspace, ['export', '--format', 'csv'])).stdout).toContain('SGD');
  expect((await cli(workspace, ['compare', '--show'])).stdout).toContain('SGD');
  expect((await cli(workspace, ['compare', '--show', '--experiment', '1', '--json'])).stdout).toContain('"n":1');
  expect((await cli(workspace, ['study', 'list'])).code).toBe(0);
  expect((await cli(workspace, ['study', 'show', 'table-1'])).code).toBe(0);
  expect((await cli(workspace, ['device', '--json'])).stdout).toContain('"engines"');
  const drawn = await cli(workspace, ['figure', 'curves', '--format', 'svg', '--folder', workspace, '--json']);
  // LaTeX includes no SVG: no lines that would.
  const { files } = JSON.parse(drawn.stdout) as { files: string[] };
  expect(files.map((file) => extname(file))).toEqual(['.svg', '.csv']);
  await writeFile(files[0] ?? '', 'somebody’s');
  // A folder that is missing is made, as the README's command needs it; a path of which more is missing is refused.
  const figures = join(workspace, 'figures');
  const made = await cli(workspace, ['figure', 'curves', '--format', 'svg', '--folder', figures, '--json']);
  expect((JSON.parse(made.stdout) as { files: string[] }).files).toEqual(
    files.map((file) => join(figures, basename(file))),
  );
  const mistyped = await cli(workspace, ['figure', 'curves', '--folder', join(workspace, 'no', 'figures')]);
  expect(mistyped).toMatchObject({ code: 2, stdout: '' });
  expect(mistyped.stderr).toContain('there is no folder');
  const again = await cli(workspace, ['figure', 'curves', '--format', 'svg', '--folder', workspace]);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') as string });
  expect((await cli(workspace, ['figure', 'curves', '--folder', workspace, '--overwrite'])).code).toBe(0);

  const other = await folderWith({ ...smallIdx(), 't10k-labels-idx1-ubyte': idxLabels([0, 1]) });
  const imported = await cli(workspace, ['import-data', other, '--name', 'other', '--json']);
  expect(imported).toMatchObject({ code: 0, stderr: expect.stringContaining('esam-lab run') as string });
  expect(JSON.parse(imported.stdout)).toMatchObject({
    id: 'other',
    trainCount: expect.any(Number) as number,
  } satisfies Partial<DatasetInfo>);

  const said = await cli(workspace, ['annotate', '2', '--tag', 'paper', '--star', '--note', 'the long one']);
  expect(said).toMatchObject({ code: 0, stdout: 'Run 2: ★ paper\n' });
  expect((await cli(workspace, ['runs', 'tag:paper'])).stdout).toMatch(/2 +long/);
  expect((await cli(workspace, ['annotate', '2'])).stderr).toContain('Nothing is to change');

  // What trains is asked of the lab that trains; there it waits for its turn, and ends with it.
  const guest = startCli(workspace, ['run', await shortRun(workspace)]);
  await untilSaid(guest.child, `process ${child.pid ?? 0} (esam-lab run, since `);
  await expect.poll(() => queueOf(workspace), { timeout: 300_000 }).toEqual({ running: [2], waiting: [3] });

  child.kill('SIGSTOP'); // it answers nobody now; who only looks needs no answer
  expect((await cli(workspace, ['runs', '--state', 'running'])).stdout).toContain('long');
  expect((await cli(workspace, ['import-data', other])).code).toBe(4);
  child.kill('SIGCONT');
  letGo();
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(await guest.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('ended meanwhile') as string });
  const [, last] = JSON.parse((await cli(workspace, ['runs', '--json'])).stdout) as RunSummary[];
  expect(last?.state).toBe('stopped');
  expect(await readdir(workspace)).not.toContain('lab.holder.json');
});

test.each([
  { fate: 'SIGCONT', becomes: 'goes on' },
  { fate: 'SIGKILL', becomes: 'is killed' },
] as const)(
  'a command that trains for another one, which then $becomes, ends once both are done',
  slow,
  async ({ fate }) => {
    const workspace = await trainedWorkspace();
    const host = startCli(workspace, ['run', await longRun(workspace)]);
    await untilSaid(host.child, 'epoch 2 of');
    const letGo = holdTrainers(host.child.pid ?? 0);
    const guest = startCli(workspace, ['run', await shortRun(workspace), '--json']);
    await expect.poll(() => queueOf(workspace), { timeout: 300_000 }).toEqual({ running: [2], waiting: [3] });
    guest.child.kill('SIGSTOP'); // slower than whoever trains for it
    expect(await cli(workspace, ['queue', '--stop', '3'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run 3 is queued; this needs a running run') as string,
    });
    expect(await cli(workspace, ['queue', '--cancel', '2'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run 2 is running; this needs a waiting run') as string,
    });
    letGo();
    expect(await cli(workspace, ['queue', '--stop', '2'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Run 2(?: stops now|: stopped after)/) as string,
    });
    await expect.poll(() => queueOf(workspace), { timeout: 300_000 }).toEqual({ running: [], waiting: [] });
    guest.child.kill(fate);
    const told = { code: 0, stdout: expect.stringContaining('"state":"finished"') as string };
    expect(await guest.ended).toMatchObject(fate === 'SIGCONT' ? told : { code: null });
    const { code, stderr } = await host.ended;
    expect(code).toBe(1); // its own run was stopped
    expect(stderr).toContain('Another command has asked for run 3');
    expect(stderr).not.toMatch(/error|rejected/i);
  },
);

test('a command whose neighbour ends when it is asked works for itself', slow, async () => {
  const workspace = await newWorkspace();
  const claim = { does: 'esam-lab run', labVersion: version, isBrief: false };
  const store = await openStore(workspace, migrationsFolder, claim);
  const path = join(workspace, 'door.sock');
  const server = createServer((socket) => {
    socket.once('data', () => {
      store.close();
      socket.destroy();
      server.close();
    });
  }).listen(path);
  await once(server, 'listening');
  store.openDoor({ path, token: 'of this test' });
  expect(await cli(workspace, ['queue', '--run'])).toMatchObject({ code: 0, stdout: 'The queue is empty.\n' });
});

test('a copy that cannot be written is opened for reading, and stays as it is, byte for byte', slow, async () => {
  const workspace = await trainedWorkspace();
  const copy = join(await newWorkspace(), 'copy');
  await cp(workspace, copy, { recursive: true });
  const names = (await readdir(copy, { recursive: true })).sort();
  const bytes = await readFile(join(copy, 'lab.db'));
  await chmod(join(copy, 'lab.db'), 0o444);
  await chmod(join(copy, 'lab.lock'), 0o444);
  await chmod(copy, 0o555);
  try {
    const { code, stdout, stderr } = await cli(copy, ['runs']);
    expect(stderr).toBe('');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('finished') as string });
    expect((await cli(copy, ['export', '--format', 'csv'])).stdout).toContain('SGD');
    if (process.getuid?.() !== 0) {
      const refused = await cli(copy, ['import-data', await folderWith(smallIdx())]);
      expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(copy) as string });
      expect((await readdir(copy, { recursive: true })).sort()).toEqual(names);
      expect(await readFile(join(copy, 'lab.db'))).toEqual(bytes);
    }
  } finally {
    await chmod(copy, 0o755);
  }
});

test('looking where there is no workspace, and none can be made, says so', slow, async () => {
  const folder = await newWorkspace();
  await mkdir(join(folder, 'closed'), { mode: 0o555 });
  if (process.getuid?.() === 0) return; // who may write everywhere makes one
  const { code, stderr } = await cli(join(folder, 'closed', 'workspace'), ['runs']);
  expect(code).toBe(4);
  expect(stderr).toContain('There is no workspace to look at in');
});
