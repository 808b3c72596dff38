import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { trainingEventSchema, trainJob, type TrainingEvent } from '../../shared/jobs/train.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { trainerMessageSchema, type TrainerCommand, type TrainerMessage } from '../../shared/trainerProtocol.ts';
import { tensorflowBinding } from './tensorflow.ts';
import { esam, tinyRun, writeTinyDataset } from './tinyDataset.ts';

const entry = fileURLToPath(new URL('../../src-main/trainer/process.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'esam-lab-trainer-'));
const dataset: DatasetInfo = writeTinyDataset(folder);
let bindingPath: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  bindingPath = await tensorflowBinding();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A trainer of its own, as the lab starts it without Electron. Its messages are parsed as they come. */
const startTrainer = () => {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  children.push(child);
  const messages: TrainerMessage[] = [];
  let onMessage = (): void => undefined;
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.on('message', (message) => {
    messages.push(trainerMessageSchema.parse(message));
    onMessage();
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  return {
    child,
    messages,
    ended,
    said: () => said,
    send: (command: TrainerCommand): boolean => child.send(command),
    /** Waits for a message that fits, now or later. */
    until: (fits: (message: TrainerMessage) => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        onMessage = () => {
          if (messages.some(fits)) resolve();
        };
        onMessage();
        void ended.then(() => {
          reject(new Error(`The trainer ended too early. It said: ${said}`));
        });
      }),
    sequences: () => messages.flatMap((message) => (message.type === 'event' ? [message.sequence] : [])),
    events: (): TrainingEvent[] =>
      messages.flatMap((message) => (message.type === 'event' ? [trainingEventSchema.parse(message.event)] : [])),
  };
};

const trainCommand = (config: RunConfig, binding: string | null): TrainerCommand => ({
  ...{ type: 'start', job: 'train' },
  input: { runId: 1, config, dataset, datasetFolder: folder, bindingPath: binding, labVersion: '0.0.0' },
});

const isEvent =
  (...types: readonly string[]) =>
  (message: TrainerMessage): boolean =>
    message.type === 'event' && types.includes(trainingEventSchema.parse(message.event).type);
const isEnd = isEvent(...trainJob.ends);

test('a trainer says that it is ready, trains to the end, and ends after its last event was acknowledged', async () => {
  const trainer = startTrainer();
  await trainer.until(({ type }) => type === 'ready');
  expect(trainer.messages[0]).toEqual({ type: 'ready', pid: trainer.child.pid });

  trainer.send(trainCommand(tinyRun({ optimizer: esam }), bindingPath));
  await trainer.until(isEnd);
  const types = trainer.events().map(({ type }) => type);
  expect(types.filter((type) => type !== 'progress')).toEqual(['started', 'epochFinished', 'epochFinished', 'done']);
  const sequences = trainer.sequences();
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));

  const last = sequences.length;
  trainer.send({ type: 'acknowledge', sequence: last - 1 });
  const heartbeats = (): number => trainer.messages.filter(({ type }) => type === 'heartbeat').length;
  const before = heartbeats();
  await expect.poll(heartbeats, { timeout: 10_000 }).toBeGreaterThan(before); // it lives, and beats on while it waits
  expect(trainer.child.exitCode).toBeNull();
  trainer.send({ type: 'acknowledge', sequence: last });
  expect(await trainer.ended).toBe(0);
  expect(trainer.sequences()).toHaveLength(last);
});

test('a trainer that is asked to stop does so between two steps', async () => {
  const trainer = startTrainer();
  trainer.send(trainCommand(tinyRun({ epochs: 100_000 }), bindingPath));
  await trainer.until(isEvent('epochFinished'));
  trainer.send({ type: 'stop', when: 'now' });
  await trainer.until(isEnd);
  expect(trainer.events().at(-1)).toMatchObject({
    type: 'stopped',
    reason: expect.stringContaining('on request') as string,
  });
  trainer.send({ type: 'acknowledge', sequence: trainer.sequences().length });
  expect(await trainer.ended).toBe(0);
});

test('without TensorFlow a run on it fails with a code', async () => {
  const trainer = startTrainer();
  trainer.send(trainCommand(tinyRun(), null));
  await trainer.until(isEnd);
  expect(trainer.events()).toMatchObject([{ type: 'failed', code: 'ENGINE_MISSING' }]);
  trainer.send({ type: 'acknowledge', sequence: 1 });
  expect(await trainer.ended).toBe(0);
});

test.skipIf(process.platform === 'win32')('time in which the process was stopped is no training time', async () => {
  const trainer = startTrainer();
  const { device, ...rest } = tinyRun({ model: { id: 'resnet8' }, epochs: 100_000 });
  const from = performance.now(); // before the trainer's own clock begins
  trainer.send(trainCommand({ ...rest, device: { ...device, engine: 'reference' } }, null));
  await trainer.until(isEvent('started'));
  const epochsDone = (): number => trainer.events().filter(({ type }) => type === 'epochFinished').length;
  const oneMore = async (): Promise<void> => {
    const before = epochsDone();
    await expect.poll(epochsDone, { timeout: 100_000 }).toBeGreaterThan(before);
  };
  await oneMore();
  let stoppedMs = 0;
  for (let times = 0; times < 2; times++) {
    const since = performance.now();
    trainer.child.kill('SIGSTOP');
    await setTimeout(3000);
    stoppedMs += performance.now() - since;
    trainer.child.kill('SIGCONT');
    await oneMore();
  }
  await oneMore();
  const wallMs = performance.now() - from;

  const events = trainer.events();
  const epochs = events.flatMap((event) => (event.type === 'epochFinished' ? [event.metrics] : []));
  const activeMs = epochs.reduce((sum, { trainMs, evaluationMs }) => sum + trainMs + evaluationMs, 0);
  expect(epochs.at(-1)?.activeMs).toBeCloseTo(
    epochs.reduce((sum, { trainMs }) => sum + trainMs, 0),
    3,
  );
  // Each standstill is known to a tenth of a second, and nothing that was counted was also time of a stop.
  expect(activeMs).toBeLessThan(wallMs - stoppedMs + 2 * 200);
  const told = events.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []));
  const toldS = told.reduce((sum, text) => sum + Number(/stood still for (\d+\.\d) s/.exec(text)?.[1]), 0);
  expect(toldS).toBeGreaterThan(stoppedMs / 1000 - 0.6);
  expect(toldS).toBeLessThan(stoppedMs / 1000 + 10); // a busy machine may start it again late
});

test('a message that it does not know is told and harms nothing', async () => {
  const trainer = startTrainer();
  trainer.child.send({ type: 'start', job: 'train', input: { runId: 'seven' } });
  trainer.child.send('nonsense');
  const { device, ...rest } = tinyRun({ model: { id: 'mlp' }, epochs: 1 });
  trainer.send(trainCommand({ ...rest, device: { ...device, engine: 'reference' } }, null));
  await trainer.until(isEnd);
  expect(trainer.events().at(-1)).toEqual({ type: 'done' });
  expect(trainer.said().match(/does not know/g)).toHaveLength(2);
  trainer.send({ type: 'acknowledge', sequence: trainer.sequences().length });
  expect(await trainer.ended).toBe(0);
});

test('a trainer ends with the lab', async () => {
  const trainer = startTrainer();
  trainer.send(trainCommand(tinyRun({ epochs: 100_000 }), bindingPath));
  await trainer.until(isEvent('started'));
  trainer.child.disconnect();
  expect(await Promise.race([trainer.ended, setTimeout(10_000, 'still there')])).toBe(1);
});
