import { expect, test } from 'vitest';
import { labApi } from '../../shared/labApi.ts';
import { openTestLab } from './fixtures/labs.ts';

test('what windows keep stays with the workspace, one value a name, and is plain data', async () => {
  const { lab, folder } = await openTestLab();
  expect(await lab.keptStates({})).toEqual([]);
  await lab.keepState({ name: 'runs.search', value: 'β>0.5' });
  await lab.keepState({ name: 'draft', value: { seeds: [0, 1], origin: null } });
  await lab.keepState({ name: 'runs.search', value: '' });
  await lab.close();
  const { lab: again } = await openTestLab(folder);
  expect(await again.keptStates({})).toEqual([
    { name: 'draft', value: { seeds: [0, 1], origin: null } },
    { name: 'runs.search', value: '' },
  ]);
  expect(labApi.keepState.input.safeParse({ name: '../draft', value: 1 }).success).toBe(false);
  expect(labApi.keepState.input.safeParse({ name: 'draft', value: () => 1 }).success).toBe(false);
});
