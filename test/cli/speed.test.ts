import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toldSpeedSchema } from '../../shared/speed.ts';
import { sam } from '../lab/fixtures/configs.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli, startCli, untilSaid } from './spawnCli.ts';

test(
  'speed measures a file’s methods; Ctrl-C ends it; compare measures first unless told not to',
  { timeout: 300_000 },
  async () => {
    const workspace = await smallWorkspace();
    const { optimizer, seed, ...shared } = smallRun('small', 1);
    const file = join(workspace, 'two.json');
    await writeFile(file, JSON.stringify({ shared, arms: [optimizer, sam], seeds: [seed] }));

    const { child, ended } = startCli(workspace, ['speed', file, '--seconds', '600', '--set', 'batchSize=1']);
    await untilSaid(child, 'Measuring speeds: ');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '' });

    const asked = await cli(workspace, ['speed', file, '--seconds', '2', '--json']);
    expect(asked.code).toBe(0);
    const [measurement] = toldSpeedSchema.array().parse(JSON.parse(asked.stdout));
    expect(measurement).toMatchObject({
      limitMs: 2000,
      arms: [
        { optimizer: { name: 'sgd' }, relativeSpeed: { ratio: expect.any(Number) as number } },
        { optimizer: { name: 'sam' }, relativeSpeed: null },
      ],
    });
    const text = (await cli(workspace, ['speed', file, '--seconds', '1'])).stdout;
    expect(text).toMatch(/^method +ms\/step +images\/s +speed over SAM %/);
    expect(text).toMatch(/SAM .* 100\.0 +baseline/);

    // An equal one is known; with other batches there is none.
    expect((await cli(workspace, ['compare', file])).stderr).not.toContain('Measuring');
    const silent = await cli(workspace, ['compare', file, '--set', 'batchSize=1', '--no-speed']);
    expect(silent).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Measuring') as string });
  },
);
