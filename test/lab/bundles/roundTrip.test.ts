import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import { readGroups } from '../../../src-main/lab/groups.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { epochOf } from '../fixtures/metrics.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { addExperiment, dump, everything, exportTo, importFrom, openWorkspace } from './stores.ts';
import type { Life, TestWorkspace } from './stores.ts';
import { edited, partsOf, zipOf } from './zip.ts';

const opened = async (folder = temporaryFolder()): Promise<TestWorkspace> => {
  const workspace = await openWorkspace(folder);
  onTestFinished(() => workspace.store.close());
  return workspace;
};

const life = fc.record<Life>({
  epochs: fc.integer({ min: 0, max: 3 }),
  steps: fc.integer({ min: 0, max: 3 }),
  end: fc.constantFrom('finished', 'stopped', 'diverged', 'failed', 'interrupted', 'cancelled'),
  accuracy: fc.integer({ min: 0, max: 8 }).map((value) => value / 8),
  loss: fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: null }),
  isCheckpointed: fc.boolean(),
  isAnalysed: fc.boolean(),
  isAnnotated: fc.boolean(),
  doubt: fc.constantFrom(undefined, { kind: 'chance', sinceEpoch: 1 } as const),
});
const lives = fc.array(fc.array(life, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 });
const finished: Life = {
  ...{ epochs: 2, steps: 2, end: 'finished', accuracy: 0.75, loss: 0.5, isCheckpointed: true, isAnalysed: true },
};

test('import(export(x)) = x, and a second time adds nothing', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (experiments) => {
      const root = temporaryFolder();
      const [from, to] = [await openWorkspace(join(root, 'from')), await openWorkspace(join(root, 'to'))];
      const [file, again] = [join(root, 'x.esamlab'), join(root, 'again.esamlab')];
      experiments.forEach((each, index) =>
        addExperiment(from, each, { name: `Experiment ${index}`, arms: index === 0 ? [sgd] : [sam] }),
      );
      expect(await exportTo(from, file)).toEqual([]);
      const imported = await importFrom(to, file);
      expect(imported.addedRuns).toBe(experiments.flat().length);
      const before = dump(to.folder);
      expect(before).toEqual(dump(from.folder));

      expect(await importFrom(to, file)).toMatchObject({ addedRuns: 0, knownRuns: imported.addedRuns });
      expect(dump(to.folder)).toEqual(before);
      // What comes back is what went: another lab's export of it is the same, and at home nothing is new.
      await exportTo(to, again);
      const [went, came] = [await partsOf(file), await partsOf(again)];
      went.delete('bundle.json'); // when it was written
      came.delete('bundle.json');
      expect(came).toEqual(went);
      const atHome = dump(from.folder);
      expect(await importFrom(from, again)).toMatchObject({ addedRuns: 0, addedAnalyses: 0, addedSpeeds: 0 });
      expect(dump(from.folder)).toEqual(atHome);
      from.store.close();
      to.store.close();
    }),
    { numRuns: 15 },
  );
});

test('a run whose bundle says nothing of doubts is judged by its losses', async () => {
  const root = temporaryFolder();
  const [from, to] = [await opened(join(root, 'from')), await opened(join(root, 'to'))];
  addExperiment(from, [
    { ...finished, loss: 4.4e26 },
    { ...finished, doubt: { kind: 'chance', sinceEpoch: 1 } },
    finished,
  ]);
  const [whole, older] = [join(root, 'x.esamlab'), join(root, 'older.esamlab')];
  await exportTo(from, whole);
  // As versions wrote it that kept no doubts.
  const parts = edited(await partsOf(whole), 'runs/1.json', ({ doubt: _, ...run }) => run);
  await zipOf(older, parts);
  await importFrom(to, older);
  expect(to.store.read.runs.all().map(({ doubt }) => doubt)).toEqual(
    expect.arrayContaining([{ kind: 'explosion', sinceEpoch: 1 }, { kind: 'chance', sinceEpoch: 1 }, null]),
  );
});

test('imported runs say where they come from, and join no group that was trained here', async () => {
  const root = temporaryFolder();
  const [there, here] = [await opened(join(root, 'there')), await opened(join(root, 'here'))];
  addExperiment(there, [finished, { ...finished, accuracy: 0.25 }], { arms: [sgd] });
  const id = addExperiment(here, [{ ...finished, accuracy: 1 }], { arms: [sgd] });
  await exportTo(there, join(root, 'x.esamlab'), { name: 'Group of X', isExample: true });
  await importFrom(here, join(root, 'x.esamlab'));

  const { read } = here.store;
  const { ownLab } = there.store.read.origins;
  const origin = { lab: ownLab(), name: 'Group of X', isExample: true };
  expect(read.runs.all().map((run) => run.origin)).toEqual([null, { ...origin, run: 1 }, { ...origin, run: 2 }]);
  expect(read.experiments().map((each) => each.origin)).toEqual([origin, null]);
  const table = (experimentIds: number[]) =>
    resultsTable(readGroups(read, { ...everyGroup, experimentIds }), everyGroup);
  // 0.75 and 0.25 there, 1 here: were they one group, it would be (0.75 + 0.25 + 1) / 3 or their seeds 0 would collide.
  expect(table([]).rows.map(({ label, n, lastTestAccuracy }) => [label, n, lastTestAccuracy.mean])).toEqual([
    ['SGD', 1, 1],
    ['SGD (example)', 2, 0.5],
  ]);
  expect(table([id]).rows.map(({ label }) => label)).toEqual(['SGD']);
  expect(table([id + 1]).rows.map(({ label }) => label)).toEqual(['SGD (example)']);
  expect(read.runs.finishedRunId(read.runs.groupHashes()[0] ?? '', 1)).toBeNull(); // seed 1 is still to be trained here
});

test('a choice of runs takes nothing else along, and what cannot go says why', async () => {
  const root = temporaryFolder();
  const [from, to] = [await opened(join(root, 'from')), await opened(join(root, 'to'))];
  addExperiment(from, [finished, finished]);
  addExperiment(from, [finished], { arms: [sam] });
  const waiting = addExperiment(from, [], { seeds: [0], arms: [sam], name: 'Waits' });
  await exportTo(from, join(root, 'x.esamlab'), { runIds: [2], withCheckpoints: false });
  expect(await importFrom(to, join(root, 'x.esamlab'))).toMatchObject({ addedRuns: 1, addedCheckpoints: 0 });
  expect(to.store.read.runs.all().map(({ origin, config }) => [origin?.run, config.seed])).toEqual([[2, 1]]);
  expect(to.store.read.speedMeasurements({ cpuModel: 'A processor', cpuCores: 2 })).toEqual([]);
  expect(to.store.read.importedSpeeds(from.store.read.origins.ownLab())).toHaveLength(3); // the same steps
  // With its checkpoints, later.
  await exportTo(from, join(root, 'y.esamlab'), { runIds: [2] });
  expect(await importFrom(to, join(root, 'y.esamlab'))).toMatchObject({ addedRuns: 0, addedCheckpoints: 1 });
  const [checkpoint] = to.store.read.checkpoints(1);
  expect(readFileSync(to.checkpoints.pathOf(1, checkpoint?.fileName ?? ''), 'latin1')).toMatch(/^checkpoint of run 2/);

  expect(await exportTo(from, join(root, 'z.esamlab'), { experimentIds: [waiting, 1] })).toEqual([
    'Run 4 is queued; a bundle takes runs that have ended.',
  ]);
  await expect(exportTo(from, join(root, 'w.esamlab'), { runIds: [4] })).rejects.toMatchObject({
    code: 'EXPORT_EMPTY',
  });
  await expect(exportTo(from, join(root, 'w.esamlab'), { ...everything, runIds: [9] })).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
  });
});

test('a run that went on after it was exported is another one, beside what was imported of it', async () => {
  const root = temporaryFolder();
  const [from, to] = [await opened(join(root, 'from')), await opened(join(root, 'to'))];
  addExperiment(from, [{ ...finished, epochs: 1, end: 'stopped' }]);
  await exportTo(from, join(root, 'x.esamlab'));
  await importFrom(to, join(root, 'x.esamlab'));
  from.store.write.resume([1]);
  from.store.write.start(1);
  from.store.write.epoch(1, epochOf(2), false);
  await new Promise((resolve) => setTimeout(resolve, 5)); // it ends at another time
  from.store.write.end(1, 'finished', null);
  await exportTo(from, join(root, 'y.esamlab'));
  expect(await importFrom(to, join(root, 'y.esamlab'))).toMatchObject({ addedRuns: 1, knownRuns: 0 });
  expect(to.store.read.runs.all().map(({ state, epochsDone }) => [state, epochsDone])).toEqual([
    ['stopped', 1],
    ['finished', 2],
  ]);
});

test('imported groups stay what they are when the workspace is opened again', async () => {
  const root = temporaryFolder();
  const [from, to] = [await opened(join(root, 'from')), await openWorkspace(join(root, 'to'))];
  addExperiment(from, [finished]);
  await exportTo(from, join(root, 'x.esamlab'));
  await importFrom(to, join(root, 'x.esamlab'));
  const hashes = to.store.read.runs.groupHashes();
  to.store.close();
  const reopened = await opened(join(root, 'to'));
  expect(reopened.store.read.runs.groupHashes()).toEqual(hashes);
  expect(reopened.store.read.runs.one(1)?.origin?.run).toBe(1);
});
