import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleImportedSchema } from '../../shared/bundle.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli, newWorkspace } from './spawnCli.ts';

test('a run that was trained goes to another workspace in a file, and says there where it comes from', async () => {
  const [here, there] = [await smallWorkspace(), await newWorkspace()];
  await writeFile(join(here, 'run.json'), JSON.stringify(smallRun('small', 1)));
  expect((await cli(here, ['run', join(here, 'run.json'), '--no-speed'])).code).toBe(0);

  const file = join(here, 'runs.esamlab');
  const exported = await cli(here, ['bundle', 'export', file, '--checkpoints', '--name', 'Group of X', '--json']);
  expect(exported).toMatchObject({ code: 0, stdout: `${JSON.stringify({ file, runCount: 1, leftOut: [] })}\n` });
  const imported = await cli(there, ['bundle', 'import', file, '--json']);
  expect(bundleImportedSchema.parse(JSON.parse(imported.stdout))).toMatchObject({ addedRuns: 1, addedCheckpoints: 1 });
  expect((await cli(there, ['bundle', 'import', file])).stderr).toContain(
    'Imported 0 runs into experiment 1; 1 run of it was here.',
  );
  const table = (await cli(there, ['export', '--format', 'csv'])).stdout;
  expect(table).toContain('SGD (from Group of X)');

  expect((await cli(there, ['import-data', file])).stderr).toContain('is a bundle of runs, not a data set');

  await writeFile(file, (await cli(here, ['presets'])).stdout);
  const refused = await cli(there, ['bundle', 'import', file]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was imported.') as string });
  expect((await cli(there, ['bundle', 'export', join(there, 'no', 'x.esamlab')])).stderr).toContain(
    'cannot be written',
  );
});
