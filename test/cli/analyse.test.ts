import { expect, test } from 'vitest';
import { z } from 'zod';
import { analysisDetailSchema } from '../../shared/analyses/record.ts';
import { sharpnessMeasures } from '../../shared/analyses/sharpness.ts';
import { trainedWorkspace } from './smallWorkspace.ts';
import { cli, startCli, untilSaid } from './spawnCli.ts';

test('analyse prints the rows of a run’s newest checkpoint, and refuses in words', { timeout: 300_000 }, async () => {
  const workspace = await trainedWorkspace();

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

test('an analysis that was killed goes on at its next row, and is drawn', { timeout: 300_000 }, async () => {
  const workspace = await trainedWorkspace();

  const asked = [
    'analyse',
    '1',
    '--kind',
    'landscape',
    '--set',
    'examples=4',
    '--set',
    'points=21',
    '--set',
    'radius=0.5',
  ];
  const killed = startCli(workspace, asked);
  await untilSaid(killed.child, 'row 2 of 21');
  killed.child.kill('SIGKILL');
  await killed.ended;

  const { code, stdout, stderr } = await cli(workspace, ['--json', 'analyse', '--resume']);
  expect(code).toBe(0);
  // Nothing that was stored is computed again.
  const [, firstTold = '0'] = /Run 1: row (\d+) of 21/.exec(stderr) ?? [];
  expect(Number(firstTold)).toBeGreaterThanOrEqual(2);
  const resumed = z.array(analysisDetailSchema).parse(JSON.parse(stdout));
  expect(resumed).toMatchObject([{ analysis: { state: 'finished', rowsDone: 21 } }]);
  const whole = await cli(workspace, ['--json', ...asked]);
  expect(z.array(analysisDetailSchema).parse(JSON.parse(whole.stdout))[0]?.rows).toEqual(resumed[0]?.rows);
  expect((await cli(workspace, ['analyse', '--resume'])).stderr).toContain('Every analysis has all of its rows.');

  const drawn = await cli(workspace, [
    'figure',
    'analyses',
    '--drawing',
    'surface',
    '--format',
    'svg',
    '--folder',
    workspace,
  ]);
  expect(drawn.stderr).toContain('landscape-surface.svg');
  const { stdout: listed } = await cli(workspace, ['analyse', '--list']);
  expect(listed).toMatch(/2 +1 +1 +Loss landscape +Points 21, Radius 0.5, Images 4 +finished +21\/21/);
  const both = await cli(workspace, ['analyse', '1', '--resume', '--kind', 'landscape']);
  expect(both.code).toBe(2);
});
