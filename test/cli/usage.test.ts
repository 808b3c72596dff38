import { chmod, readdir, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src-main/lab/store/index.ts';
import { imageFolder, smallFolder } from '../imageFolders.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { cli, newWorkspace } from './spawnCli.ts';
import { smallRun } from './smallRun.ts';

test('--help documents every command and exit code', async () => {
  const { code, stdout } = await cli(await newWorkspace(), ['--help']);
  expect(code).toBe(0);
  for (const command of [
    'run',
    'compare',
    'queue',
    'export',
    'import-data',
    'device',
    'diagnostics',
    'backup',
    'restore',
    'serve',
  ])
    expect(stdout).toContain(`\n  ${command} `);
  for (const exitCode of [0, 1, 2, 3, 4, 5, 130, 143]) expect(stdout).toMatch(new RegExp(`^ {2}${exitCode} +\\w`, 'm'));
});

test('what is compiled is kept for the next start, but not where others could put something in its place', async () => {
  const cache = await newWorkspace();
  const compiled = join(cache, 'compiled');
  const environment = { ESAM_LAB_CACHE: cache, NODE_COMPILE_CACHE: '' }; // Node takes the first that is named
  await mkdir(compiled);
  await chmod(compiled, 0o777);
  await cli(await newWorkspace(), ['presets'], environment);
  expect(await readdir(compiled)).toEqual([]);
  await chmod(compiled, 0o700);
  await cli(await newWorkspace(), ['presets'], environment);
  expect(await readdir(compiled)).not.toEqual([]);
});

test.for<[what: string, args: string[], message: RegExp]>([
  ['an unknown command', ['train'], /unknown command 'train'/],
  ['an unknown option', ['queue', '--fast'], /unknown option '--fast'/],
  ['ends of runs beside a training', ['queue', '--run', '--stop', '1'], /do not go with --run/],
  ['one run beside all', ['queue', '--run', '--start', '1'], /--start does not go with --run/],
  ['when to stop without what', ['queue', '--after-epoch'], /--after-epoch goes with --stop/],
  ['seeds that are none', ['compare', '--preset', 'quick', '--seeds', '0,x'], /--seeds.*Expected whole numbers/],
  ['no epochs', ['compare', '--preset', 'quick', '--epochs', '0'], /--epochs.*Expected a whole number from 1/],
  [
    'an unknown preset',
    ['compare', '--preset', 'slow'],
    /no preset "slow"; choose one of these:\n(.*\n)* {2}quick: SGD, SAM and ESAM/,
  ],
  ['no such file', ['run', 'nowhere.json'], /nowhere\.json cannot be read; give the path/],
  ...['run', 'compare', 'plan', 'speed'].map((command): [string, string[], RegExp] => [
    `a preset in the place of a file (${command})`,
    [command, 'quick'],
    /There is no file \S+quick; "quick" is a preset: give --preset quick/,
  ]),
  ['a set from nowhere', ['import-data'], /either the paths of a data set, or --download/],
  ['a set from two places', ['import-data', 'x', '--download', 'cifar10'], /either the paths of a data set/],
  ['no steps of a self-test', ['device', '--test', '--steps', '0'], /--steps.*Expected a whole number from 1 to 1000/],
  ['a run that is none', ['analyse', 'x', '--kind', 'landscape'], /'run'.*Expected the number of a run/],
  ['a self-test of no engine', ['device', '--test', '--engine', 'cuda'], /Allowed choices are tensorflow, wasm/],
  ['an unknown format', ['export', '--format', 'xls'], /Allowed choices are csv, tsv, markdown, latex, json, xlsx/],
])('%s is wrong usage: exit code 2', async ([, args, message]) => {
  const { code, stdout, stderr } = await cli(await newWorkspace(), args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('a wrong configuration is answered with every field and what is wrong there', async () => {
  const workspace = await newWorkspace();
  const config = { ...smallRun('x'), epochs: 0, optimizer: { ...smallRun('x').optimizer, momentum: 1 }, extra: true };
  await writeFile(join(workspace, 'run.json'), JSON.stringify(config));
  const { code, stderr } = await cli(workspace, ['run', join(workspace, 'run.json')]);
  expect(code).toBe(2);
  expect(stderr).toContain('\n  epochs must be at least 1\n');
  expect(stderr).toContain('\n  optimizer.momentum must be less than 1\n');
  expect(stderr).toContain('\n  the configuration knows no “extra”\n');
  await writeFile(join(workspace, 'run.json'), '{');
  expect((await cli(workspace, ['run', join(workspace, 'run.json')])).stderr).toContain('run.json is no JSON');
});

test('a workspace that another process holds is left alone, and it is said who holds it: exit code 4', async () => {
  const workspace = await newWorkspace();
  const store = await openStore(workspace, join(import.meta.dirname, '../../src-main/lab/store/migrations'));
  try {
    const { code, stderr } = await cli(workspace, ['queue', '--run']);
    expect(code).toBe(4);
    expect(stderr).toContain(`Another ESAM Lab has this workspace open: process ${process.pid} (`);
    expect((await cli(workspace, ['queue'])).code).toBe(0);
  } finally {
    store.close();
  }
});

test('without TensorFlow, compare says how to install it: exit code 3', async () => {
  const workspace = await newWorkspace();
  const without = { ESAM_LAB_CACHE: await newWorkspace(), ESAM_LAB_TENSORFLOW_BINDING: '' };
  const { code, stderr } = await cli(workspace, ['compare', '--preset', 'quick', '--no-install'], without);
  expect(code).toBe(3);
  expect(stderr).toContain('esam-lab device --install');
  const { stdout, code: deviceCode } = await cli(workspace, ['device', '--json'], without);
  expect(deviceCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    engines: [
      { id: 'tensorflow', state: 'missing' },
      { id: 'wasm', state: 'ready' },
    ],
  });
});

test('import-data imports once, and says which file is damaged: exit code 5', async () => {
  const workspace = await newWorkspace();
  const files = await folderWith(smallIdx());
  const imported = await cli(workspace, ['import-data', files, '--name', 'Small', '--json']);
  expect(imported.code).toBe(0);
  expect(JSON.parse(imported.stdout)).toMatchObject({ id: 'small', trainCount: 4 });
  const again = await cli(workspace, ['import-data', files]);
  expect(again.stderr).toContain('in the library already, as "small"');
  const damaged = await folderWith({ ...smallIdx(), 't10k-labels-idx1-ubyte': Buffer.alloc(3) });
  const refused = await cli(workspace, ['import-data', damaged]);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toContain('t10k-labels-idx1-ubyte');
  expect((await cli(workspace, ['compare', '--preset', 'cifar10-resnet18'])).stderr).toContain(
    'import-data cifar-10-binary.tar.gz',
  );
});

test('diagnostics say what somebody who helps needs, and neither the workspace nor what its data are called', async () => {
  const workspace = await newWorkspace();
  await cli(workspace, ['import-data', await folderWith(smallIdx()), '--name', 'Unpublished work']);
  const { code, stdout } = await cli(workspace, ['diagnostics']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ESAM Lab \d+\.\d+\.\d+\nNode \d+/);
  expect(stdout).toMatch(/^Data sets: .*4 images/m);
  for (const own of [workspace, homedir(), 'Unpublished work']) expect(stdout).not.toContain(own);
  const { text } = JSON.parse((await cli(workspace, ['diagnostics', '--json'])).stdout) as { text: string };
  expect(text).toContain('Engines:');
});

test('import-data takes a folder of images; a damaged one refuses it, or is skipped and counted', async () => {
  const workspace = await newWorkspace();
  const folder = await imageFolder({ ...(await smallFolder()), 'train/dog/2.jpg': 'no image' });
  const refused = await cli(workspace, ['import-data', folder]);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toContain('train/dog/2.jpg');
  const { code, stdout } = await cli(workspace, ['import-data', folder, '--skip-damaged', '--name', 'Pets']);
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Pets (pets): 3 training and 2 test images of any size, brought to 224 × 224 × 3, 2 classes',
  );
  expect(stdout).toContain('1 damaged image skipped (train/dog/2.jpg)');
});

test('an empty queue is empty in both languages', async () => {
  const workspace = await newWorkspace();
  expect((await cli(workspace, ['queue'])).stdout).toBe('The queue is empty.\n');
  expect(JSON.parse((await cli(workspace, ['queue', '--json'])).stdout)).toEqual({
    paused: false,
    running: [],
    waiting: [],
    analyses: [],
  });
});
