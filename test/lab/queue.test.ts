import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { RunId } from '../../shared/run.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import type { TrainerLauncher } from '../../src-main/lab/trainers.ts';
import { esam, experimentOf, sam, sgd, shared } from './fixtures/configs.ts';
import { openTestLab, statesOf, untilEnded, untilRun } from './fixtures/labs.ts';
import { realTrainers, scriptedTrainer } from './fixtures/labOptions.ts';
import { scripts } from './fixtures/scripts.ts';

/** Little patience with silence, but enough for a busy machine. */
const limits = { silenceMs: 5000, stopMs: 500 };

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Queues one run with this seed and answers its id. */
const enqueueOne = async (
  lab: Awaited<ReturnType<typeof openTestLab>>['lab'],
  seed: number,
  epochs = 3,
): Promise<RunId> => {
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [seed], shared: { ...shared, epochs } }));
  const [id] = runIds;
  if (id === undefined) throw new Error('no run was queued');
  return id;
};

test('runs train one after another, arms interleaved over seeds, and every epoch is stored before it is told', async () => {
  const { lab, events } = await openTestLab();
  const inStoreWhenTold: boolean[] = [];
  let overlapping = 0;
  lab.onEvent((event) => {
    if (event.type === 'queueChanged' && event.queue.running.length > 1) overlapping += 1;
    if (event.type !== 'epochFinished') return;
    void lab
      .run({ runId: event.runId })
      .then(({ epochs }) => inStoreWhenTold.push(epochs.some(({ epoch }) => epoch === event.metrics.epoch)));
  });
  const { runIds } = await lab.enqueue(experimentOf({ arms: [sgd, sam, esam], seeds: [1, 2] }));
  await Promise.all(runIds.map((id) => untilEnded(lab, id)));

  const runs = await lab.runs({ experimentId: null });
  expect(runs.map(({ state, config }) => [state, config.optimizer.name, config.seed])).toEqual([
    ['finished', 'sgd', 1],
    ['finished', 'sam', 1],
    ['finished', 'esam', 1],
    ['finished', 'sgd', 2],
    ['finished', 'sam', 2],
    ['finished', 'esam', 2],
  ]);
  const starts = runs.map(({ startedAt }) => startedAt ?? '');
  expect(starts).toEqual(starts.toSorted());
  expect(overlapping).toBe(0);
  expect(inStoreWhenTold).toEqual(Array(18).fill(true));

  // The script's epochs: accuracy 0.5 + seed/100, less 0.1 except in epoch 2; 100, 200 and 300 images/s.
  expect(runs[0]).toMatchObject({ epochsDone: 3, bestEpoch: 2, imagesPerSecond: 200, activeMs: 3000, reason: null });
  expect(runs[0]?.bestTestAccuracy).toBeCloseTo(0.51, 12);
  expect(runs[0]?.lastTestAccuracy).toBeCloseTo(0.41, 12);
  const told = events.flatMap((event) => (event.type === 'progressed' && event.runId === 1 ? event.steps : []));
  expect(told.map(({ step }) => step)).toEqual([5, 10, 15, 20, 25, 30]);
  const { steps, environment, log } = await lab.run({ runId: 1 });
  expect(steps).toEqual(told);
  expect(environment?.engine).toBe('scripted');
  expect(log.filter(({ text }) => text === 'Scripted.')).toHaveLength(1);
});

test.each([
  { script: 'crash', state: 'interrupted', reason: /SIGKILL/, epochsDone: 1 },
  { script: 'hang', state: 'interrupted', reason: /said nothing for 5 seconds/, epochsDone: 1 },
  { script: 'diverge', state: 'diverged', reason: /epoch 2, step 17/, epochsDone: 1 },
  { script: 'endEarly', state: 'failed', reason: /done after 1 of 3 epochs/, epochsDone: 1 },
  { script: 'babble', state: 'failed', reason: /does not understand/, epochsDone: 1 },
  { script: 'skipSequence', state: 'interrupted', reason: /lost on the way/, epochsDone: 1 },
] as const)('a trainer that does "$script" ends its run as $state, and the queue goes on', async (expected) => {
  const { lab } = await openTestLab(undefined, { limits });
  const bad = await enqueueOne(lab, scripts[expected.script]);
  const good = await enqueueOne(lab, 1);
  const run = await untilEnded(lab, bad);
  expect(run).toMatchObject({ state: expected.state, epochsDone: expected.epochsDone });
  expect(run.reason).toMatch(expected.reason);
  expect((await untilEnded(lab, good)).state).toBe('finished');
  const { log } = await lab.run({ runId: bad });
  expect(log.at(-1)?.text).toBe(run.reason);
});

test('a NaN is stored as null, and its step is marked', async () => {
  const { lab } = await openTestLab();
  const id = await enqueueOne(lab, scripts.reportNaN, 1);
  expect((await untilEnded(lab, id)).state).toBe('finished');
  const { steps } = await lab.run({ runId: id });
  expect(steps.map(({ lossBefore }) => lossBefore)).toEqual([null, 1]);
});

test('stop after the epoch keeps its epochs; stop now ends even a trainer that does not listen', async () => {
  const { lab } = await openTestLab();
  const polite = await enqueueOne(lab, scripts.untilStopped, 1000);
  await untilRun(lab, polite, ({ epochsDone }) => epochsDone >= 2);
  await lab.stopRun({ runId: polite, when: 'after-epoch' });
  const stopped = await untilEnded(lab, polite);
  expect(stopped).toMatchObject({ state: 'stopped', stopRequested: 'after-epoch' });
  expect(stopped.epochsDone).toBeGreaterThanOrEqual(2);

  const deaf = await enqueueOne(lab, scripts.ignoreStop);
  await untilRun(lab, deaf, ({ epochsDone }) => epochsDone === 1);
  await lab.stopRun({ runId: deaf, when: 'now' });
  await lab.stopRun({ runId: deaf, when: 'after-epoch' }); // too late
  expect(await untilEnded(lab, deaf)).toMatchObject({ state: 'stopped', epochsDone: 1, stopRequested: 'now' });
  await expect(lab.stopRun({ runId: deaf, when: 'now' })).rejects.toMatchObject({ code: 'RUN_STATE' });
});

test('waiting runs can be moved, cancelled and repeated; a paused queue stays paused over a restart', async () => {
  const { lab, folder } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1, 2, 3, 4] }));
  expect(runIds).toEqual([1, 2, 3, 4]);
  const waiting = async (): Promise<RunId[]> => (await lab.queue({})).waiting.map(({ id }) => id);
  await lab.moveRuns({ runIds: [4], beforeRunId: 2 });
  expect(await waiting()).toEqual([1, 4, 2, 3]);
  await lab.moveRuns({ runIds: [1], beforeRunId: null });
  expect(await waiting()).toEqual([4, 2, 3, 1]);
  await lab.moveRuns({ runIds: [3, 1], beforeRunId: 4 });
  expect(await waiting()).toEqual([3, 1, 4, 2]);
  await lab.moveRuns({ runIds: [4, 2], beforeRunId: 4 }); // where that one stands
  expect(await waiting()).toEqual([3, 1, 4, 2]);
  await expect(lab.moveRuns({ runIds: [1, 9], beforeRunId: null })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await lab.moveRuns({ runIds: [4, 2, 3, 1], beforeRunId: null });
  await lab.cancelRuns({ runIds: [2, 3] });
  await lab.uncancelRuns({ runIds: [2, 3], beforeRunId: 1 });
  expect(await waiting()).toEqual([4, 2, 3, 1]);
  expect((await lab.run({ runId: 2 })).run).toMatchObject({ state: 'queued', reason: null, endedAt: null });
  await expect(lab.uncancelRuns({ runIds: [2], beforeRunId: null })).rejects.toMatchObject({ code: 'RUN_STATE' });
  await lab.cancelRuns({ runIds: [2, 3] });
  await expect(lab.cancelRuns({ runIds: [1, 2] })).rejects.toMatchObject({ code: 'RUN_STATE' });
  expect(await waiting()).toEqual([4, 1]); // refused as a whole
  await lab.close();

  const { lab: again } = await openTestLab(folder);
  expect(await again.queue({})).toMatchObject({ paused: true, running: [] });
  expect(await again.repeatRuns({ runIds: [3] })).toEqual({ runIds: [5] });
  await again.pauseQueue({ paused: false });
  await untilEnded(again, 5);
  expect(await statesOf(again)).toEqual(['finished', 'cancelled', 'cancelled', 'finished', 'finished']);
});

test('a lab that waits for its start trains nothing that was left, until it is told to', async () => {
  const { lab, folder } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf({ seeds: [1, 2] }));
  await lab.pauseQueue({ paused: false });
  await lab.close(); // with at least one run waiting
  const { lab: again } = await openTestLab(folder, { awaitsStart: true });
  expect(await again.queue({})).toMatchObject({
    paused: true,
    awaitingStart: expect.arrayContaining([2]) as number[],
    running: [],
  });
  const [estimate] = await again.queueEstimates({});
  expect(estimate).toMatchObject({ leftMs: null }); // nothing has finished here, and there was no self-test
  await again.pauseQueue({ paused: false });
  await untilEnded(again, 2);
  expect(await again.queue({})).not.toHaveProperty('awaitingStart');
  await again.close();
  const { lab: third } = await openTestLab(folder, { awaitsStart: true });
  expect((await third.queue({})).paused).toBe(false); // nothing was left
});

test('what is added to a lab that waits for its start trains, and what was left stays held', async () => {
  const { lab, folder } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf({ seeds: [1, 2, 3] }));
  await lab.close();
  const database = new Database(join(folder, 'lab.db'));
  database.prepare('UPDATE queue SET paused = 0').run(); // as where it was ended before it came to them
  database.close();
  const { lab: again } = await openTestLab(folder, { awaitsStart: true });
  const added = await enqueueOne(again, scripts.untilStopped, 1000);
  await untilRun(again, added, ({ state }) => state === 'running');
  expect(await again.queue({})).toMatchObject({ paused: false, awaitingStart: [1, 2, 3], running: [{ id: added }] });
  // Neither another order nor an undone cancellation starts them, nor pausing.
  await again.moveRuns({ runIds: [3], beforeRunId: 1 });
  await again.cancelRuns({ runIds: [2] });
  await again.uncancelRuns({ runIds: [2], beforeRunId: 1 });
  await again.pauseQueue({ paused: true });
  await again.stopRun({ runId: added, when: 'now' });
  await untilEnded(again, added);
  expect(await statesOf(again)).toEqual(['queued', 'queued', 'queued', 'stopped']);
  // What the user asks for by itself begins: a run that he takes up again, one that he repeats.
  const {
    runIds: [repeated = 0],
  } = await again.repeatRuns({ runIds: [added] });
  expect(await again.queue({})).toMatchObject({
    paused: true,
    awaitingStart: [3, 2, 1],
    waiting: [{}, {}, {}, { id: repeated }],
  });
  await again.pauseQueue({ paused: false });
  expect(await again.queue({})).not.toHaveProperty('awaitingStart');
  expect((await untilEnded(again, 1)).state).toBe('finished');
});

test.for([true, false])(
  'single runs that wait are started, and the others stay held (paused before: %s)',
  async (paused) => {
    const { lab, folder } = await openTestLab();
    await lab.pauseQueue({ paused: true });
    await lab.enqueue(experimentOf({ seeds: [1, 2, 3, 4] }));
    await lab.close();
    const database = new Database(join(folder, 'lab.db'));
    database.prepare('UPDATE queue SET paused = ?').run(Number(paused));
    database.close();
    const { lab: again } = await openTestLab(folder, { awaitsStart: true });
    await again.cancelRuns({ runIds: [4] });
    await expect(again.startRuns({ runIds: [1, 9] })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(again.startRuns({ runIds: [1, 4] })).rejects.toMatchObject({ code: 'RUN_STATE' });
    expect(await again.queue({})).toMatchObject({ paused: true, awaitingStart: [1, 2, 3], running: [] }); // refused as a whole
    await again.startRuns({ runIds: [2] });
    expect((await untilEnded(again, 2)).state).toBe('finished');
    // With nothing else to do the lab has begun none of the others, which a run of one's own does not take along either.
    const own = await enqueueOne(again, scripts.endEarly);
    await untilEnded(again, own);
    expect(await statesOf(again)).toEqual(['queued', 'finished', 'queued', 'cancelled', 'failed']);
    expect(await again.queue({})).toMatchObject({ paused: true, awaitingStart: [1, 3] });
  },
);

test('single runs of a queue that was paused meanwhile are started, and the others are held', async () => {
  const { lab } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf({ seeds: [1, 2, 3] }));
  await lab.startRuns({ runIds: [3] });
  await untilEnded(lab, 3);
  expect(await statesOf(lab)).toEqual(['queued', 'queued', 'finished']);
  expect(await lab.queue({})).toMatchObject({ paused: true, awaitingStart: [1, 2] });
  await lab.pauseQueue({ paused: false });
  expect((await untilEnded(lab, 2)).state).toBe('finished');
});

test('closing the lab ends the trainer, and the run says why', async () => {
  const { lab, folder } = await openTestLab();
  const id = await enqueueOne(lab, scripts.untilStopped, 1000);
  await untilRun(lab, id, ({ epochsDone }) => epochsDone >= 1);
  await lab.close();
  const { lab: again } = await openTestLab(folder);
  const { run } = await again.run({ runId: id });
  expect(run.state).toBe('interrupted');
  expect(run.reason).toBe(
    `The lab was closed while it was running; ${run.epochsDone === 1 ? '1 epoch is' : `${run.epochsDone} epochs are`} kept.`,
  );
  expect((await again.workspace({})).startNotices).toEqual([]);
});

test('a broken engine fails its run and holds the queue, until the user lets it go on', async () => {
  const { lab } = await openTestLab();
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [scripts.engineBroken, 1] }));
  expect(runIds).toEqual([1, 2]);
  expect(await untilEnded(lab, 1)).toMatchObject({ state: 'failed', reason: 'The engine does not load.' });
  await expect.poll(() => lab.queue({})).toMatchObject({ paused: true, waiting: [{ id: 2 }] });
  expect((await lab.deviceStatus({})).notices).toEqual(['The queue waits: The engine does not load.']);
  await lab.pauseQueue({ paused: false });
  expect((await untilEnded(lab, 2)).state).toBe('finished');
  expect((await lab.deviceStatus({})).notices).toEqual([]);
});

test('a trainer process that cannot be started holds the queue', async () => {
  const launcher = { launch: () => Promise.reject(new Error('spawn ENOENT')) };
  const { lab } = await openTestLab(undefined, { launcher });
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1, 2] }));
  expect(await untilEnded(lab, runIds[0] ?? 0)).toMatchObject({ state: 'failed' });
  await expect.poll(() => lab.queue({})).toMatchObject({ paused: true, waiting: [{ id: 2 }] });
  expect(await statesOf(lab)).toEqual(['failed', 'queued']);
});

test('a trainer that does not come up says why; when the next one does not either, the rest waits', async () => {
  const { lab } = await openTestLab(undefined, { launcher: nodeTrainers('/nowhere/trainer.js') });
  await lab.enqueue(experimentOf({ seeds: [1, 2, 3] }));
  await untilEnded(lab, 2);
  const { state, reason } = await untilEnded(lab, 1);
  expect(state).toBe('interrupted');
  expect(reason).toMatch(/did not come up.*exit code 1.*Error: Cannot find module '\/nowhere\/trainer\.js'/);
  await expect.poll(() => lab.queue({})).toMatchObject({ paused: true, waiting: [{ id: 3 }] });
});

test('a trainer killed before it is ready leaves its run interrupted, and the queue goes on', async () => {
  const real = nodeTrainers(scriptedTrainer);
  let launches = 0;
  const launcher: TrainerLauncher = {
    launch: async (environment) => {
      const trainer = await real.launch(environment);
      launches += 1;
      if (launches === 1) process.kill(trainer.pid ?? 0, 'SIGKILL');
      return trainer;
    },
  };
  const { lab } = await openTestLab(undefined, { launcher });
  await lab.enqueue(experimentOf({ seeds: [1, 2] }));
  expect((await untilEnded(lab, 2)).state).toBe('finished');
  expect((await untilEnded(lab, 1)).state).toBe('interrupted');
  await lab.resumeRuns({ runIds: [1] });
  expect((await untilEnded(lab, 1)).state).toBe('finished');
});

test.each([
  { where: 'seen when the lab opens', damage: (file: string) => truncateSync(file, 5) },
  { where: 'seen by the trainer', damage: (file: string) => writeFileSync(file, '\xff', { flag: 'r+' }) },
])('runs on a data set whose damage is $where do not fail one after another', async ({ damage }) => {
  const { lab: first, folder } = await openTestLab();
  await expect.poll(() => first.datasets({}), { timeout: 60_000 }).toHaveLength(1);
  await first.close();
  cpSync(join(folder, 'datasets', 'mnist'), join(folder, 'datasets', 'other'), { recursive: true });
  const about = join(folder, 'datasets', 'other', 'dataset.json');
  writeFileSync(about, readFileSync(about, 'utf8').replace('"id": "mnist"', '"id": "other"'));
  const { lab: second } = await openTestLab(folder);
  await second.pauseQueue({ paused: true });
  const other = { ...shared, dataset: { ...shared.dataset, id: 'other' } };
  await second.enqueue(experimentOf({ seeds: [1, 2], shared: other }));
  await second.enqueue(experimentOf({ seeds: [3] }));
  await second.close();
  damage(join(folder, 'datasets', 'other', 'train-labels.u8'));

  const { lab } = await openTestLab(folder, { launcher: realTrainers });
  await lab.pauseQueue({ paused: false });
  expect((await untilEnded(lab, 1)).state).toBe('failed');
  await expect.poll(() => lab.queue({})).toMatchObject({ holdReason: expect.stringContaining('import') as string });
  expect((await lab.queue({})).waiting.map(({ id }) => id)).toEqual([2, 3]);
  await lab.cancelRuns({ runIds: [2] });
  await lab.pauseQueue({ paused: false }); // the third is on other data
  await untilRun(lab, 3, ({ state }) => state === 'running');
});

test('runs that have begun while others were chosen stay, and the others are taken out', async () => {
  const { lab } = await openTestLab();
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [scripts.untilStopped, 1, 2] }));
  const [first = 0, ...others] = runIds;
  await untilRun(lab, first, ({ state }) => state === 'running');
  expect(await lab.cancelRuns({ runIds })).toEqual({ begun: [first] });
  expect(await statesOf(lab)).toEqual(['running', ...others.map(() => 'cancelled')]);
  await expect(lab.cancelRuns({ runIds: [first] })).rejects.toMatchObject({ code: 'RUN_STATE' });
  await lab.stopRun({ runId: first, when: 'now' });
  await untilEnded(lab, first);
});

test('a lab that trains only its own runs leaves the others waiting', async () => {
  const { lab: app, folder } = await openTestLab();
  await app.pauseQueue({ paused: true });
  await enqueueOne(app, 1);
  await app.close();
  const { lab } = await openTestLab(folder, { trainsOnlyOwnRuns: true });
  const own = await enqueueOne(lab, 2);
  expect((await untilEnded(lab, own)).state).toBe('finished');
  expect(await statesOf(lab)).toEqual(['queued', 'finished']);
});

test('no trainer outlives its run', async () => {
  const pids: number[] = [];
  const real = nodeTrainers(scriptedTrainer);
  const { lab } = await openTestLab(undefined, {
    limits,
    launcher: {
      launch: async (environment) => {
        const trainer = await real.launch(environment);
        pids.push(trainer.pid ?? 0);
        return trainer;
      },
    },
  });
  for (const seed of [1, scripts.hang, scripts.diverge]) await untilEnded(lab, await enqueueOne(lab, seed));
  await lab.close();
  expect(pids).toHaveLength(3);
  expect(pids.filter(isAlive)).toEqual([]);
});
