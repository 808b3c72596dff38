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
  const { code, stderr } = await cli(workspace, ['runs', 'colour:red']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('There is no “colour” to ask for');
});
