import { expect, test } from 'vitest';
import type { RunSummary } from '../../shared/run.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { esam, experimentOf, sgd } from '../lab/fixtures/configs.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';
import { expand } from '../../shared/experiment.ts';
import { cli } from './spawnCli.ts';

test('runs are found by the query of the window, and what is not understood ends the command in words', async () => {
  const workspace = temporaryFolder();
  const store = await openStore(workspace, migrationsFolder);
  const experiment = experimentOf({ arms: [sgd, esam, { ...esam, beta: 0.8 }], seeds: [0] });
  store.write.addExperiment(experiment, expand(experiment));
  store.write.annotate([3], { addTags: ['paper'] });
  store.close();
  const found = async (query: string): Promise<number[]> =>
    (JSON.parse((await cli(workspace, ['runs', '--json', query])).stdout) as RunSummary[]).map(({ id }) => id);
  expect(await found('β>0.5')).toEqual([3]);
  expect(await found('method:esam -tag:paper')).toEqual([2]);
  expect((await cli(workspace, ['runs', 'method:esma "label noise":0.9'])).stdout).toMatch(
    /^There are no such runs\.\nNo run has method:esma; there are ESAM, SGD\.\nNo run has "label noise":0\.9; there is only 0\.\n/,
  );
  const { code, stderr } = await cli(workspace, ['runs', 'colour:red']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('There is no “colour” to ask for');
});

test('a view that was kept in the window lists the same runs, columns and order by its name', async () => {
  const workspace = temporaryFolder();
  const store = await openStore(workspace, migrationsFolder);
  const experiment = experimentOf({ arms: [sgd, esam, { ...esam, beta: 0.8 }, { ...esam, beta: 0.9 }], seeds: [0] });
  store.write.addExperiment(experiment, expand(experiment));
  const view = {
    ...{ query: 'method:esam', columns: ['state', 'differing'], isGrouped: true },
    sort: { column: 'optimizer.beta', isDescending: true },
  };
  store.write.saveRunView({ name: 'by β', view });
  store.close();
  const rows = (text: string): string[][] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
  const listed = async (...options: string[]): Promise<string[][]> =>
    rows((await cli(workspace, ['runs', ...options])).stdout);
  expect(await listed('--view', 'by β')).toEqual([
    ['run', 'Method', 'State', 'β'],
    ['4', 'ESAM', 'queued', '0.9'],
    ['3', 'ESAM', 'queued', '0.8'],
    ['2', 'ESAM', 'queued', String(esam.beta)],
  ]);
  // What is said beside it comes on top.
  expect(await listed('--view', 'by β', '--sort=optimizer.beta', '--columns', 'seed', 'β>0.7')).toEqual([
    ['run', 'Method', 'Seed'],
    ['3', 'ESAM', '0'],
    ['4', 'ESAM', '0'],
  ]);
  for (const [options, said] of [
    [['--view', 'other'], 'There is no view “other” of the runs; there are “by β”.'],
    [['--sort', 'colour'], 'There is no column “colour” of the runs'],
  ] as const) {
    const { code, stderr } = await cli(workspace, ['runs', ...options]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(said);
  }
});
