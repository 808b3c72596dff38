import { expect, test } from 'vitest';
import { z } from 'zod';
import { analysisSettingsSchema, analysisWork } from '../../shared/analyses/index.ts';
import { analysisDetailSchema, analysisSummarySchema } from '../../shared/analyses/record.ts';
import { sharpnessMeasures } from '../../shared/analyses/sharpness.ts';
import { trainedWorkspace } from './smallWorkspace.ts';
import { cli, startCli, untilSaid } from './spawnCli.ts';

test('analyse prints the rows of a run’s newest checkpoint, and refuses in words', { timeout: 300_000 }, async () => {
  const workspace = await trainedWorkspace();

  const few = { examples: 4, draws: 2, directions: 2, eigenvalues: 1, apgdSteps: 2 };
  const set = Object.entries(few).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const { code, stdout, stderr } = await cli(workspace, ['--json', 'analyse', '1', '--kind', 'sharpness', ...set]);
  expect(stderr).toContain('Run 1: row 12 of 12');
  const { passes } = analysisWork(analysisSettingsSchema.parse({ kind: 'sharpness', ...few }));
  expect(stderr).toContain(
    `Analysing 1 checkpoint: ${passes} forward passes over 4 images, a backward one counting two; about `,
  );
  expect(stderr.indexOf('Analysing 1 checkpoint')).toBeLessThan(stderr.indexOf('Run 1: row'));
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

/** A landscape that takes long enough to be cut short, and has rows soon. */
const long = ['analyse', '1', '--kind', 'landscape', '--set', 'examples=4', '--set', 'points=201'];

const listed = async (workspace: string) =>
  z.array(analysisSummarySchema).parse(JSON.parse((await cli(workspace, ['--json', 'analyse', '--list'])).stdout));

test('Ctrl-C cancels an analysis, keeps its rows and says how to go on', { timeout: 300_000 }, async () => {
  const workspace = await trainedWorkspace();
  const { child, ended } = startCli(workspace, long);
  await untilSaid(child, 'row 2 of 201');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain('The analysis of run 1 is cancelled: Cancelled by you; the rows that were there are kept.');
  expect(stderr).toContain('Go on with: esam-lab analyse --resume 1\n');
  const [left] = await listed(workspace);
  expect(left).toMatchObject({ state: 'cancelled', rowCount: 201 });
  expect(left?.rowsDone).toBeGreaterThanOrEqual(2);
  expect(stdout.trim().split('\n')).toHaveLength(2 + (left?.rowsDone ?? 0)); // under what it is, and the names

  const resumed = startCli(workspace, ['analyse', '--resume', '1']);
  const rest = analysisWork(analysisSettingsSchema.parse({ ...left?.settings }), left?.rowsDone).passes;
  await untilSaid(resumed.child, `Analysing 1 checkpoint: ${rest.toLocaleString('en-US')} forward passes`);
  await untilSaid(resumed.child, `row ${(left?.rowsDone ?? 0) + 1} of 201`);
  resumed.child.kill('SIGTERM');
  expect((await resumed.ended).code).toBe(143);
});

test('analyse --cancel ends what is under way in another command, or waits', { timeout: 300_000 }, async () => {
  const workspace = await trainedWorkspace();
  const killed = startCli(workspace, long);
  await untilSaid(killed.child, 'row 1 of 201');
  killed.child.kill('SIGKILL');
  await killed.ended;
  const left = await cli(workspace, ['analyse', '--cancel', '1']);
  expect(left).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^Analysis 1 of run 1, Loss landscape: cancelled after \d+ of 201 rows\.\n$/,
    ) as string,
  });

  const other = startCli(workspace, long);
  await untilSaid(other.child, 'row 1 of 201');
  const { code, stdout, stderr } = await cli(workspace, ['--json', 'analyse', '--cancel', '1', '2']);
  expect(stderr).toContain('Not cancelled, for it had ended: analysis 1 of run 1, cancelled.');
  expect(code).toBe(1);
  expect(z.array(analysisSummarySchema).parse(JSON.parse(stdout))).toMatchObject([{ id: 2, state: 'cancelled' }]);
  expect((await other.ended).code).toBe(1);
  expect(await listed(workspace)).toMatchObject([{ state: 'cancelled' }, { state: 'cancelled' }]);

  expect(await cli(workspace, ['analyse', '--cancel'])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('No analysis waits or is under way.') as string,
  });
  const unknown = await cli(workspace, ['analyse', '--cancel', '9']);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no analysis 9') as string });
  expect((await cli(workspace, ['analyse', '1', '--cancel', '2'])).code).toBe(2);
  expect((await cli(workspace, ['analyse', '--cancel', '--list'])).code).toBe(2);
});
