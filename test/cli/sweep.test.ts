import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newArm } from '../../shared/methods/index.ts';
import { sam } from '../lab/fixtures/configs.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli, newWorkspace } from './spawnCli.ts';

const gsam = newArm('gsam', null);

test('an experiment file is planned, swept, compared and found in the history', { timeout: 300_000 }, async () => {
  const workspace = await smallWorkspace();
  const { optimizer, seed, ...shared } = smallRun('small', 2);
  const file = join(workspace, 'sweep.json');
  // With a byte order mark, as some editors write it.
  await writeFile(file, `\uFEFF${JSON.stringify({ shared, arms: [optimizer, sam], seeds: [seed] })}`);
  const args = [file, '--set', 'epochs=1', '--sweep', 'optimizer.rho=0.01:0.02:0.01'];

  const planned = await cli(workspace, ['plan', ...args]);
  expect(planned.stdout).toContain('(1 method + 1 method × 2 values of ρ) × 1 seed = 3 runs');
  expect(planned.stdout).toContain('0 have finished');
  const { code, stdout, stderr } = await cli(workspace, ['compare', ...args, '--no-speed', '--json']);
  expect(code).toBe(0);
  for (const name of ['Run 1 of 3, SGD, seed', 'Run 2 of 3, SAM (ρ 0.01), seed', 'Run 3 of 3, SAM (ρ 0.02), seed'])
    expect(stderr).toContain(name);
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

  const alike = join(workspace, 'alike.json');
  const randomly = { ...gsam, when: { name: 'random', probability: 0.5 } };
  await writeFile(alike, JSON.stringify({ shared, arms: [sam, { ...sam, interval: 2 }, randomly], seeds: [0, 0] }));
  const arms = await cli(workspace, ['plan', alike, '--sweep', 'epochs=1,2']);
  // Arms of one method by what differs, but for the axis, which has its column; and what nobody has published.
  for (const name of ['SAM (perturb every 1)', 'SAM (perturb every 2)', 'GSAM, experimental'])
    expect(arms.stdout.split('\n').filter((line) => line.startsWith(`${name} `))).toHaveLength(2);
  const speeds = await cli(workspace, ['speed', alike, '--seconds', '1']);
  expect(speeds.stdout).toMatch(
    / speed over SAM \(perturb every 1\) % .*\nSAM \(perturb every 1\) .*\nSAM \(perturb every 2\), climbing in 50 % of the steps .*\nGSAM, exp/,
  );
  expect(arms.stdout).toMatch(/^6 of the grid would be the same as others .* or something is given twice/m);

  const wrong = await cli(workspace, ['compare', file, '--sweep', 'optimizer.rh=1']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('near it are optimizer.rho');
  const refused = await cli(workspace, ['plan', file, '--sweep', 'epochs=1,0']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/sweep\.json .*\n {2}axis epochs: 0 must be at least 1/);
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
    // Each value once, and none that a file cannot have: ESAM's halves are no methods of their own there.
    expect(lines[lines.findIndex((line) => line.includes('"selection"')) - 1]).toMatch(
      /\[sharpness = largest Δ; sharpness-strict = largest Δ, strict; loss = largest loss; random = random; /,
    );
    expect(lines[lines.findIndex((line) => line.includes('"name": "sgd"')) - 1]).not.toContain('esam-swp');
    const file = join(workspace, 'mine.json');
    await writeFile(file, printed.stdout);
    const preset = await cli(workspace, ['plan', '--preset', 'label-noise', '--json']);
    expect((await cli(workspace, ['plan', file, '--json'])).stdout).toBe(preset.stdout);

    // As PowerShell's > writes it: UTF-16 with its byte order mark.
    await writeFile(file, Buffer.from(`\uFEFF${printed.stdout}`, 'utf16le'));
    expect((await cli(workspace, ['plan', file, '--json'])).stdout).toBe(preset.stdout);
    // As npm's own lines make it, where `npm run lab -- init` is sent into a file.
    await writeFile(file, `\n> esam-lab@0.1.0 lab\n> node cli.cjs init\n\n${printed.stdout}`);
    expect((await cli(workspace, ['plan', file])).stderr).toContain('init --output');
    const written = join(workspace, 'written.json');
    expect(await cli(workspace, ['init', '--preset', 'label-noise', '--output', written])).toMatchObject({ code: 0 });
    expect(await readFile(written, 'utf8')).toBe(printed.stdout);
    const other = await cli(workspace, ['init', '--output', written]);
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toContain('--overwrite');

    await writeFile(file, printed.stdout.replace('"seeds":', '"seeds"'));
    const wrong = await cli(workspace, ['plan', file]);
    const line = lines.findIndex((text) => text.includes('"seeds":')) + 1;
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(`mine.json is no JSON: Colon expected at line ${line}, column `);
  },
);
