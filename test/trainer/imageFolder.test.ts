import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { trainingEventSchema, type CheckpointPlan, type TrainingEvent } from '../../shared/jobs/train.ts';
import { trainerMessageSchema, type TrainerCommand, type TrainerMessage } from '../../shared/trainerProtocol.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import type { DeviceExamples } from '../../src-main/trainer/data/batches.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { openRun } from '../../src-main/trainer/run.ts';
import { train, type StopRequest } from '../../src-main/trainer/train.ts';
import { imageFolder, plain, temporaryFolder } from '../imageFolders.ts';
import { openTensorflow } from './engines.ts';
import { tensorflowBinding } from './tensorflow.ts';
import { esam, tinyRun } from './tinyDataset.ts';

let tensorflow: Ops;
let dataset: DatasetInfo;
let folder: string;
let root: string;
beforeAll(async () => {
  tensorflow = await openTensorflow();
  const colours = { green: ['#20c020', '#40a030'], red: ['#c02020', '#a03040'] };
  const files: Record<string, Buffer> = {};
  for (const [name, [one = '', other = '']] of Object.entries(colours)) {
    for (let index = 0; index < 12; index++) {
      const image = plain(index % 2 === 0 ? one : other, 30 + 5 * index, 60 - 2 * index);
      files[`train/${name}/${index}.jpg`] = await image.jpeg().toBuffer();
      if (index < 4) files[`val/${name}/${index}.jpg`] = await image.jpeg().toBuffer();
    }
  }
  root = await imageFolder(files);
  const library = await temporaryFolder();
  dataset = await openLibrary(library).import({ kind: 'auto', paths: [root], name: 'Colours' });
  folder = join(library, dataset.id);
});
afterAll(() => tensorflow.close());

const augmentation = {
  cropPadding: 0,
  cropMinScale: 0.08,
  cropMaxScale: 1,
  flip: true,
  cutoutSize: 4,
  cutoutProbability: 0.3,
  resolution: 16,
};
const config = tinyRun({ augmentation, dataset: { id: 'colours', trainSubset: 20, labelNoise: 0.1 }, logEvery: 1 });

const trained = async (
  stop: StopRequest = { when: null },
  settings = config,
  plan: CheckpointPlan | null = null,
  onEvent: (event: TrainingEvent) => void = () => undefined,
) => {
  const { handles } = tensorflow.counters;
  const run = openRun(tensorflow, settings, dataset, folder, '0.0.0');
  const events: TrainingEvent[] = [];
  for await (const event of train(run, stop, plan)) {
    events.push(event);
    onEvent(event);
  }
  const parameters = run.state.parameters.map((tensor) => [...tensorflow.download(tensor)]);
  run.dispose();
  expect(tensorflow.counters.handles).toBe(handles);
  const epochs = events.flatMap((event) => (event.type === 'epochFinished' ? [event.metrics] : []));
  return { events, parameters, epochs };
};

test('a network learns from a folder, the same with the same seed, and waiting for input is in the times', async () => {
  const settings = {
    ...config,
    dataset: { ...config.dataset, labelNoise: 0 },
    optimizer: tinyRun({ optimizer: esam }).optimizer,
    epochs: 4,
  };
  const first = await trained({ when: null }, settings);
  expect(first.events[0]).toMatchObject({ environment: { trainExamples: 20, testExamples: 8, parameterTensors: 11 } });
  expect(first.events.at(-1)).toEqual({ type: 'done' });
  expect(first.epochs.map(({ images }) => images)).toEqual([20, 20, 20, 20]);
  expect(first.epochs.at(-1)?.testAccuracy).toBe(1); // red or green is not hard
  const [epoch] = first.epochs;
  const steps = first.events.flatMap((event) => (event.type === 'progress' ? event.steps : []));
  // Threads start with the first batch: that takes longer than its small step, and is in the step.
  expect(steps[0]?.phaseMs.input).toBeGreaterThan(20);
  expect(epoch?.trainMs).toBeGreaterThan(steps[0]?.phaseMs.input ?? Infinity);
  const second = await trained({ when: null }, settings);
  expect(second.parameters).toEqual(first.parameters);
  const third = await trained({ when: null }, { ...settings, seed: 2 });
  expect(third.parameters).not.toEqual(first.parameters);
});

test('a run that waits for its input stops at once when asked', async () => {
  const stop: StopRequest = { when: null };
  setTimeout(() => (stop.when = 'now'), 5); // threads have not come up by then
  const { events } = await trained(stop);
  expect(events.at(-1)).toMatchObject({ type: 'stopped' });
  expect(events.filter(({ type }) => type === 'epochFinished')).toEqual([]);
});

test('a run resumed in the middle of an epoch, with batches prepared ahead, equals the uninterrupted one', async () => {
  const settings = { ...config, batchSize: 4, epochs: 2 }; // five steps an epoch
  const whole = await trained({ when: null }, settings);
  const plan = { folder: await temporaryFolder(), everyMs: 0, resumeFrom: [] };
  const stop: StopRequest = { when: null };
  const part = await trained(stop, settings, plan, (event) => {
    if (event.type === 'checkpointed' && event.checkpoint.step === 7) stop.when = 'now';
  });
  expect(part.events.at(-1)).toMatchObject({ type: 'stopped' });
  const last = part.events.flatMap((event) => (event.type === 'checkpointed' ? [event.checkpoint] : [])).at(-1);
  expect(last).toMatchObject({ epoch: 1 });
  const resumeFrom = [{ path: join(plan.folder, last?.fileName ?? ''), sha256: last?.sha256 ?? '' }];
  const rest = await trained({ when: null }, settings, { ...plan, resumeFrom });
  expect(rest.events).toContainEqual({ type: 'resumed', epoch: 1, step: last?.step });
  expect(rest.parameters).toEqual(whole.parameters);
});

test('the next epoch is prepared while this one is evaluated, as it is then trained, also after a stop in between', async () => {
  const settings = { ...config, batchSize: 4, epochs: 2 }; // five steps an epoch
  const run = openRun(tensorflow, settings, dataset, folder, '0.0.0');
  const announced: string[] = [];
  const recording: DeviceExamples = {
    ...run.train,
    prepare: (batches, random) => {
      announced.push(`${batches.map((batch) => batch.join()).join(' ')} from ${random.state().join()}`);
      run.train.prepare(batches, random);
    },
  };
  for await (const event of train({ ...run, train: recording }, { when: null })) {
    if (event.type === 'epochFinished') announced.push(`epoch ${event.metrics.epoch}`);
  }
  run.dispose();
  const [first = '', next = ''] = announced;
  expect(announced).toEqual([first, next, 'epoch 1', next, 'epoch 2']);
  expect(next).not.toBe(first);

  const whole = await trained({ when: null }, settings);
  const plan = { folder: await temporaryFolder(), everyMs: 600_000, resumeFrom: [] };
  const stop: StopRequest = { when: null };
  const part = await trained(stop, settings, plan, (event) => {
    if (event.type === 'progress' && event.activity === 'evaluating') stop.when = 'now';
  });
  const [kept] = part.events.flatMap((event) => (event.type === 'checkpointed' ? [event.checkpoint] : []));
  expect(kept).toMatchObject({ epoch: 0, epochStep: 5 });
  const resumeFrom = [{ path: join(plan.folder, kept?.fileName ?? ''), sha256: kept?.sha256 ?? '' }];
  const rest = await trained({ when: null }, settings, { ...plan, resumeFrom });
  expect(rest.parameters).toEqual(whole.parameters);
});

test('settings that do not go with the data set are refused', async () => {
  const padded = { ...config, augmentation: { ...augmentation, cropPadding: 4 } }; // beside resized crops
  await expect(trained({ when: null }, padded)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const bare = { ...config, augmentation: { ...augmentation, resolution: 10 }, model: { id: 'vit-s16' as const } };
  await expect(trained({ when: null }, bare)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('10×10') as string,
  });
});

test('a trainer fails with the name of an image that is gone, and ends with its threads', async () => {
  await rm(join(root, 'val/red/3.jpg'));
  const entry = fileURLToPath(new URL('../../src-main/trainer/process.ts', import.meta.url));
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit');
  const last: TrainingEvent[] = [];
  child.on('message', (raw) => {
    const message: TrainerMessage = trainerMessageSchema.parse(raw);
    if (message.type !== 'event') return;
    last.push(trainingEventSchema.parse(message.event));
    child.send({ type: 'acknowledge', sequence: message.sequence } satisfies TrainerCommand);
  });
  const bindingPath = await tensorflowBinding();
  const input = { runId: 1, config, dataset, datasetFolder: folder, labVersion: '0.0.0', bindingPath };
  child.send({ type: 'start', job: 'train', input } satisfies TrainerCommand);
  expect(await ended).toEqual([0, null]);
  expect(last.at(-1)).toMatchObject({
    ...{ type: 'failed', code: 'DATASET_CORRUPT' },
    message: expect.stringContaining('val/red/3.jpg is gone') as string,
  });
});
