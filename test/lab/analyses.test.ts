import { expect, test } from 'vitest';
import { drawingWishSchema } from '../../shared/analyses/drawn.ts';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { nodeTrainers, type TrainerLauncher } from '../../src-main/lab/trainers.ts';
import { folderWith, smallIdx } from './datasets/fixtures.ts';
import { experimentOf, sam, shared } from './fixtures/configs.ts';
import { realTrainers } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';

/** Trainers that are killed, without a word, when the event with this number of an analysis has come. */
const killedAfter = (events: number): TrainerLauncher => ({
  launch: async (environment) => {
    const trainer = await realTrainers.launch(environment);
    return {
      ...trainer,
      post: (command) => trainer.post(command),
      kill: () => trainer.kill(),
      onClose: (listener) => trainer.onClose(listener),
      onMessage: (listener) =>
        trainer.onMessage((message) => {
          listener(message);
          const { type, sequence, event } = message as { type: string; sequence?: number; event?: { type: string } };
          if (type === 'event' && event?.type === 'row' && sequence === events) trainer.kill();
        }),
    };
  },
});

const limits = { silenceMs: 60_000, stopMs: 30_000 };

/** A lab whose run 1 has trained one epoch, with SAM. */
const openTrained = async (launcher: TrainerLauncher = realTrainers) => {
  const opened = await openTestLab(undefined, { launcher, limits });
  const images = await folderWith(smallIdx());
  opened.lab.grantPaths([images]);
  await opened.lab.importDataset({ kind: 'auto', paths: [images], name: 'small', onDamaged: 'refuse' });
  const dataset = { id: 'small', trainSubset: null, testSubset: null, labelNoise: 0, identity: null };
  const { runIds } = await opened.lab.enqueue(
    experimentOf({ arms: [sam], shared: { ...shared, dataset, batchSize: 2, epochs: 1 }, seeds: [1] }),
  );
  await untilEnded(opened.lab, runIds[0] ?? 0);
  return { ...opened, runId: runIds[0] ?? 0 };
};

const untilAnalysis = (lab: Lab, id: number, fits: (analysis: AnalysisSummary) => boolean): Promise<AnalysisSummary> =>
  new Promise((resolve, reject) => {
    const look = (analysis: AnalysisSummary): void => {
      if (analysis.id !== id || !fits(analysis)) return;
      stop();
      resolve(analysis);
    };
    const stop = lab.onEvent((event: LabEvent) => {
      if (event.type === 'analysisChanged') look(event.analysis);
    });
    lab.analysis({ id }).then(({ analysis }) => look(analysis), reject);
  });
const ended = ({ endedAt }: AnalysisSummary): boolean => endedAt !== null;
const small = { kind: 'landscape', points: 5, examples: 8 };

test('a landscape comes row by row, is kept, and is the same again', async () => {
  const { lab, runId, events } = await openTrained();
  const settings = analysisSettingsSchema.parse(small);
  const { ids } = await lab.analyse({ runIds: [runId, runId], settings });
  const [first = 0, second = 0] = ids;
  await untilAnalysis(lab, second, ended);
  // Whoever looks on is told of both before either begins.
  const begun = events.findIndex((event) => event.type === 'analysisChanged' && event.analysis.state === 'running');
  const asked = events.slice(0, begun).flatMap((event) => (event.type === 'analysisChanged' ? [event.analysis] : []));
  expect(asked.map(({ id, state }) => ({ id, state }))).toEqual(ids.map((id) => ({ id, state: 'queued' })));
  const one = await lab.analysis({ id: first });
  expect(one.analysis).toMatchObject({ state: 'finished', reason: null, rowsDone: 5, rowCount: 5, epoch: 1, runId });
  expect((await lab.analysis({ id: second })).rows).toEqual(one.rows);
  // −1, 1, 0 and then the places between them; the middle of the plane is θ.
  expect(one.rows.map(({ a }) => a)).toEqual([-1, 1, 0, -0.5, 0.5]);
  const told = events.flatMap((event) => (event.type === 'analysisChanged' ? [event.analysis] : []));
  expect(told.filter(({ id, state }) => id === first && state === 'running').map(({ rowsDone }) => rowsDone)).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

test('a trainer that is killed within an analysis takes nothing with it: the next goes on at the next row', async () => {
  const whole = await openTrained();
  const settings = analysisSettingsSchema.parse(small);
  const { ids } = await whole.lab.analyse({ runIds: [whole.runId], settings });
  await untilAnalysis(whole.lab, ids[0] ?? 0, ended);
  const expected = await whole.lab.analysis({ id: ids[0] ?? 0 });

  const { lab, runId } = await openTrained(killedAfter(2));
  const { ids: cut } = await lab.analyse({ runIds: [runId], settings });
  expect(await untilAnalysis(lab, cut[0] ?? 0, ended)).toMatchObject({ state: 'finished', rowsDone: 5 });
  expect((await lab.analysis({ id: cut[0] ?? 0 })).rows).toEqual(expected.rows);
});

test('an analysis that a lab left under way goes on in the next one', async () => {
  const { lab, folder, runId } = await openTrained();
  const settings = analysisSettingsSchema.parse({ ...small, points: 51, pairs: 20 });
  const { ids } = await lab.analyse({ runIds: [runId], settings });
  const id = ids[0] ?? 0;
  const { rowsDone } = await untilAnalysis(lab, id, (analysis) => analysis.rowsDone > 1);
  await lab.close();
  const next = await openTestLab(folder, { launcher: realTrainers, limits });
  await untilAnalysis(next.lab, id, (analysis) => analysis.state === 'running' && analysis.rowsDone > rowsDone);
  await next.lab.cancelAnalyses({ ids: [id] });
  const { analysis, rows } = await next.lab.analysis({ id });
  expect(analysis.state).toBe('cancelled');
  expect(rows.length).toBe(analysis.rowsDone);
});

test('a cancelled analysis goes on at its next row when it is resumed, and is drawn meanwhile and in the end', async () => {
  const { lab, runId } = await openTrained();
  const settings = analysisSettingsSchema.parse({ ...small, points: 15, examples: 16 });
  const { ids } = await lab.analyse({ runIds: [runId, runId], settings });
  const [cut = 0, whole = 0] = ids;
  await untilAnalysis(lab, cut, ({ rowsDone }) => rowsDone > 1);
  const told = await lab.cancelAnalyses({ ids: [cut] });
  expect(told).toMatchObject({ cancelled: [{ id: cut, state: 'cancelled' }], ended: [] });
  expect(await lab.cancelAnalyses({ ids: [cut] })).toMatchObject({ cancelled: [], ended: [{ id: cut }] });
  // One that is not there, and none is ended.
  await expect(lab.cancelAnalyses({ ids: [whole, 99] })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  const expected = await untilAnalysis(lab, whole, ended);
  expect(expected.state).toBe('finished');
  const { analysis: cancelled, rows: before } = await lab.analysis({ id: cut });
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  expect(before.length).toBeLessThan(15);
  const wish = drawingWishSchema.parse({ drawing: 'heat' });
  expect((await lab.analysisDrawing({ ids: [cut], wish })).figure?.panels).toHaveLength(1);

  await lab.resumeAnalysis({ id: cut });
  await untilAnalysis(lab, cut, ({ state }) => state === 'finished');
  const resumed = await lab.analysis({ id: cut });
  expect(resumed.rows.slice(0, before.length)).toEqual(before);
  expect(resumed.rows).toEqual((await lab.analysis({ id: whole })).rows);
  await expect(lab.resumeAnalysis({ id: cut })).rejects.toThrow(/has all of its 15 rows/);
  const { figure, table } = await lab.analysisDrawing({ ids, wish });
  expect(figure?.panels[0]?.title).toBe('SAM');
  expect(table.groups).toEqual([{ label: 'SAM', method: 'sam', n: 1 }]);
  const { fileName } = await lab.exportAnalysis({ ids: [cut], wish, format: 'pdf', column: 'single' });
  expect(fileName).toBe('landscape-heat.pdf');
  const other = analysisSettingsSchema.parse(small);
  const { ids: others } = await lab.analyse({ runIds: [runId], settings: other });
  await expect(lab.analysisDrawing({ ids: [cut, others[0] ?? 0], wish })).rejects.toThrow(/different settings/);
});

test('what cannot be analysed is refused in words', async () => {
  const { lab } = await openTestLab(undefined, { launcher: nodeTrainers('none') });
  const settings = analysisSettingsSchema.parse({ kind: 'sharpness' });
  await expect(lab.analyse({ runIds: [7], settings })).rejects.toThrow('There is no run 7 in this workspace.');
});

test('an analysis that waits goes on once the run that was to be let pass is out of the queue', async () => {
  const { lab, runId } = await openTrained();
  const settings = analysisSettingsSchema.parse({ ...small, points: 51, pairs: 20 });
  const { ids } = await lab.analyse({ runIds: [runId, runId], settings });
  const [first = 0, second = 0] = ids;
  await untilAnalysis(lab, first, ({ rowsDone }) => rowsDone > 0);
  const { runIds } = await lab.repeatRuns({ runIds: [runId] });
  await lab.cancelRuns({ runIds });
  await lab.cancelAnalyses({ ids: [first] });
  await untilAnalysis(lab, second, ({ state }) => state === 'running');
  await lab.cancelAnalyses({ ids: [second] });
});
