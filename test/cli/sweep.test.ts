import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sam } from '../lab/fixtures/configs.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli, newWorkspace } from './spawnCli.ts';

test('an experiment file is planned, swept, compared and found in the history', { timeout: 300_000 }, async () => {
  const workspace = await smallWorkspace();
  const { optimizer, seed, ...shared } = smallRun('small', 2);
  const file = join(workspace, 'sweep.json');
  // With a byte order mark, as some editors write it.
  await writeFile(file, `\uFEFF${JSON.stringify({ shared, arms: [optimizer, sam], seeds: [seed] })}`);
  const args = [file, '--set', 'epochs=1', '--sweep', 'optimizer.rho=0.01:0.02:0.01'];

  const planned = await cli(workspace, ['plan', ...args]);
  expect(planned.stdout).toContain('2 methods × 2 × optimizer.rho × 1 seed = 3 runs');
  expect(planned.stdout).toContain('0 have finished');
  const { code, stdout } = await cli(workspace, ['compare', ...args, '--no-speed', '--json']);
  expect(code).toBe(0);
  // Rows are named by what the axis varies.
  const { groups } = JSON.parse(stdout) as { groups: { label: string }[] };
  expect(groups.map(({ label }) => label)).toEqual(['SGD', 'SAM (ρ 0.01)', 'SAM (ρ 0.02)']);
  expect((await cli(workspace, ['plan', ...args])).stdout).toContain('3 have finished');
  const done = join(workspace, 'done.json');
  await writeFile(
    done,
    JSON.stringify({ shared: { ...shared, epochs: 1 }, arms: [optimizer], seeds: [seed], skipFinished: true }),
  );
  const nothingLeft = await cli(workspace, ['compare', done]);
  expect(nothingLeft).toMatchObject({ code: 2, stdout: '' });
  expect(nothingLeft.stderr).toContain('Every run of this experiment has finished already.');
  const found = await cli(workspace, ['runs', '--method', 'sam', '--search', 'SWEEP', '--limit', '1', '--json']);
  expect(JSON.parse(found.stdout)).toMatchObject([
    { id: 3, state: 'finished', config: { epochs: 1, optimizer: { rho: 0.02 } } },
  ]);

  const images = join(workspace, 'datasets', 'small', 'train-images.u8');
  await rename(images, `${images}.away`);
  for (const command of [['plan'], ['compare', '--no-speed']]) {
    const gone = await cli(workspace, [...command, ...args]);
    expect(gone).toMatchObject({ code: 5, stdout: '' });
    expect(gone.stderr).toContain(`${images} is missing. Put it back, or remove the data set and import it again.`);
  }
  await rename(`${images}.away`, images);

  const wrong = await cli(workspace, ['compare', file, '--sweep', 'optimizer.rh=1']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('near it are optimizer.rho');
  const refused = await cli(workspace, ['plan', file, '--sweep', 'epochs=1,0']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/sweep\.json .*\n {2}axes\.0\.values\.1: 0: /);
});

test('presets are listed', async () => {
  expect((await cli(await newWorkspace(), ['presets'])).stdout).toMatch(/^quick +Quick comparison +6$/m);
});

test(
  'init prints an experiment file that explains every setting and is read back as it is',
  { timeout: 120_000 },
  async () => {
    const workspace = await newWorkspace();
    const printed = await cli(workspace, ['init', '--preset', 'label-noise']);
    expect(printed.code).toBe(0);
    const lines = printed.stdout.split('\n');
    expect(lines[lines.findIndex((line) => line.includes('"rho"')) - 1]).toMatch(/^ +\/\/ .+$/);
    expect(lines[lines.findIndex((line) => line.includes('"selection"')) - 1]).toContain(
      'sharpness; sharpness-strict; loss',
    );
    const file = join(workspace, 'mine.json');
    await writeFile(file, printed.stdout);
    const preset = await cli(workspace, ['plan', '--preset', 'label-noise', '--json']);
    expect((await cli(workspace, ['plan', file, '--json'])).stdout).toBe(preset.stdout);

    await writeFile(file, printed.stdout.replace('"seeds":', '"seeds"'));
    const wrong = await cli(workspace, ['plan', file]);
    const line = lines.findIndex((text) => text.includes('"seeds":')) + 1;
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(`mine.json is no JSON: Colon expected at line ${line}, column `);
  },
);
