import { expect, test } from 'vitest';
import type { LabEvent } from '../../shared/labEvent.ts';
import { experimentOf } from './fixtures/configs.ts';
import { openTestLab } from './fixtures/labs.ts';

test('what is said of runs is kept, changed by its parts, and goes with them for good', async () => {
  const { lab, folder } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf({ seeds: [1, 2, 3] }));
  const told: LabEvent['type'][] = [];
  lab.onEvent(({ type }) => told.push(type));
  await lab.annotate({ runIds: [1, 2], change: { addTags: ['paper', 'draft'], starred: true } });
  await lab.annotate({ runIds: [2], change: { removeTags: ['paper'], note: '**odd**: see run 1', archived: true } });
  expect(told).toEqual(['annotationsChanged', 'annotationsChanged']);
  const said = [
    { runId: 1, tags: ['draft', 'paper'], note: '', starred: true, archived: false },
    { runId: 2, tags: ['draft'], note: '**odd**: see run 1', starred: true, archived: true },
  ];
  expect(await lab.annotations({})).toEqual(said);
  // All or none.
  await expect(lab.annotate({ runIds: [3, 9], change: { starred: true } })).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
  });
  await lab.close();

  const { lab: again } = await openTestLab(folder);
  expect(await again.annotations({})).toEqual(said);
  await again.annotate({ runIds: [1], change: { removeTags: ['draft', 'paper'], starred: false } });
  expect(await again.annotations({})).toEqual(said.slice(1));
  await again.cancelRuns({ runIds: [2] });
  await again.deleteRuns({ runIds: [2], deleted: true });
  expect(await again.annotations({})).toEqual([]);
  await again.deleteRuns({ runIds: [2], deleted: false });
  expect(await again.annotations({})).toEqual(said.slice(1)); // it comes back with its run
  await again.deleteRuns({ runIds: [2], deleted: true });
  expect(await again.emptyTrash({})).toEqual({ runCount: 1, checkpointBytes: 0, stays: null });
});
