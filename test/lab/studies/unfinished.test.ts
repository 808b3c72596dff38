import { expect, test } from 'vitest';
import { paperExperiments } from '../../../src-main/lab/studies/experiments.ts';
import { studyOf } from '../../../src-main/lab/studies/read.ts';
import { labOptions } from '../fixtures/labOptions.ts';
import { openTestLab, untilEnded } from '../fixtures/labs.ts';

const figure7 = studyOf(labOptions('').paperFolder, 'figure-7');

test('what is missing of a small form is queued as it was begun, and never twice', async () => {
  const { lab } = await openTestLab();
  await expect(lab.studyExperiments({ id: 'figure-7', small: 'begun' })).rejects.toThrow(
    /No small form of Figure 7 has been queued yet/,
  );
  const [row] = paperExperiments(figure7);
  if (row === undefined) throw new Error('Figure 7 has rows');
  const shared = {
    ...row.shared,
    dataset: { ...row.shared.dataset, id: 'mnist', trainSubset: 100 },
    augmentation: { ...row.shared.augmentation, cropPadding: 0, flip: false },
    ...{ model: { id: 'mlp' as const }, epochs: 2, device: { ...row.shared.device, engine: 'wasm' as const } },
  };
  const begun = { ...row, seeds: [0], shared, study: { id: 'figure-7', row: 0, form: 'small' as const } };
  await lab.pauseQueue({ paused: true });
  const { runIds } = await lab.enqueue(begun);
  expect(runIds).toHaveLength(9);
  const [wished] = await lab.studyExperiments({ id: 'figure-7', small: 'begun' });
  if (wished === undefined) throw new Error('it was begun');
  await expect(lab.enqueue(wished)).rejects.toThrow(/waits in the queue already/);
  await lab.cancelRuns({ runIds: runIds.slice(2) });
  await lab.pauseQueue({ paused: false });
  for (const id of runIds.slice(0, 2)) await untilEnded(lab, id);
  const more = await lab.enqueue(wished);
  expect(more.runIds).toHaveLength(7);
  for (const id of more.runIds) await untilEnded(lab, id);
  expect((await lab.study({ id: 'figure-7', form: 'small' })).coverage).toMatchObject({ runs: 9, runsDone: 9 });
});
