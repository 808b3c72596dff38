import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { analysisDetailSchema } from '../../shared/analyses/record.ts';
import { sharpnessMeasures } from '../../shared/analyses/sharpness.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { smallRun } from './smallRun.ts';
import { cli, newWorkspace } from './spawnCli.ts';

test('analyse prints the rows of a run’s newest checkpoint, and refuses in words', { timeout: 300_000 }, async () => {
  const workspace = await newWorkspace();
  await cli(workspace, ['import-data', await folderWith(smallIdx()), '--name', 'small']);
  const config = join(workspace, 'first.json');
  await writeFile(config, JSON.stringify(smallRun('small', 1)));
  await cli(workspace, ['run', config]);

  const few = ['examples=4', 'draws=2', 'directions=2', 'eigenvalues=1', 'apgdSteps=2'].flatMap((each) => [
    '--set',
    each,
  ]);
  const { code, stdout, stderr } = await cli(workspace, ['--json', 'analyse', '1', '--kind', 'sharpness', ...few]);
  expect(stderr).toContain('Run 1: row 12 of 12');
  expect(code).toBe(0);
  const [found] = z.array(analysisDetailSchema).parse(JSON.parse(stdout));
  expect(found?.rows.map(({ measure }) => measure)).toEqual(sharpnessMeasures);
  expect(found?.analysis).toMatchObject({ state: 'finished', runId: 1, epoch: 1 });

  const text = await cli(workspace, [
    'analyse',
    '1',
    '--kind',
    'ascentProfile',
    '--set',
    'points=3',
    '--set',
    'examples=4',
  ]);
  expect(text.stdout).toMatch(/^Run 1, epoch 1: Ascent profile\nt +kept +dropped +threshold\n0 /);
  const unknown = await cli(workspace, ['analyse', '1', '--kind', 'landscape', '--set', 'size=3']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('landscape has no setting "size"; it has split, examples, seed, points, radius');
  const wrong = await cli(workspace, ['analyse', '1', '--kind', 'landscape', '--set', 'points=2']);
  expect(wrong.code).toBe(2);
});
