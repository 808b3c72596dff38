import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { canMakeDisks, smallDisk } from '../smallDisk.ts';
import { smallRun } from './smallRun.ts';
import { cli, newWorkspace, startCli } from './spawnCli.ts';

// Needs the right to mount; continuous integration has it, and counts skipped tests.
test.skipIf(!canMakeDisks())(
  'on a disk that gets full, checkpoints and run end with the reason; what was told is kept and resumed',
  { timeout: 120_000 },
  async () => {
    const disk = smallDisk(32_000_000); // less than MNIST needs, and room for checkpoints that wait to be pruned on a busy machine
    const workspace = join(disk.folder, 'workspace');
    const config = join(await newWorkspace(), 'first.json');
    await writeFile(config, JSON.stringify(smallRun('small', 100)));
    const imported = await cli(workspace, ['import-data', await folderWith(smallIdx()), '--name', 'small']);
    expect(imported.code).toBe(0); // though there is no room for MNIST
    const { child, ended } = startCli(workspace, ['run', config]);
    child.stderr.on('data', (text: Buffer) => {
      if (text.includes('epoch 3 ')) disk.fill();
    });
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/The queue cannot go on: .*disk is full \(SQLITE_FULL\)\. Make room on it/);
    expect(stderr).not.toContain('    at '); // no stack
    expect(stdout).toContain('Run 1 interrupted after');
    const told = Math.max(...[...stderr.matchAll(/epoch (\d+) of 100/g)].map(([, epoch]) => Number(epoch)));

    const onFull = await cli(workspace, ['run', '--resume', '1']);
    expect(onFull).toMatchObject({ code: 4, stdout: '' });
    expect(onFull.stderr).toMatch(/disk/);
    disk.empty();
    const resumed = await cli(workspace, ['run', '--resume', '1', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ state: 'finished', epochsDone: 100 });
    const firstAgain = Number(/epoch (\d+) of 100/.exec(resumed.stderr)?.[1]);
    expect(firstAgain).toBeGreaterThan(1); // from a checkpoint
    expect(firstAgain).toBeLessThanOrEqual(told + 1);
  },
);
