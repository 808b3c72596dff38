import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '../../shared/channel.ts';
import { LabError } from '../../shared/errors.ts';
import { labApi, labReplySchema } from '../../shared/labApi.ts';
import type { LabMethod, LabReply } from '../../shared/labApi.ts';
import { everyGroup, usualExport } from '../../shared/result.ts';
import { openLab } from '../../src-main/lab/service.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { serve } from '../../src-main/lab/serve.ts';
import { experimentOf } from './fixtures/configs.ts';
import { labOptions } from './fixtures/labOptions.ts';

const channelOn = (port: MessagePort): Channel => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => void port.on('message', listener),
  onClose: (listener) => void port.on('close', () => listener('closed')),
  close: () => port.close(),
});

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-test-'));
let lab: Lab;
let client: MessagePort;
const replies: LabReply[] = [];

beforeAll(async () => {
  lab = await openLab({ ...labOptions(folder) });
  await lab.pauseQueue({ paused: true });
  const { port1, port2 } = new MessageChannel();
  serve(lab, channelOn(port1));
  client = port2;
  client.on('message', (message) => replies.push(labReplySchema.parse(message)));
});
afterAll(async () => {
  client.close();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

let lastId = 0;

/** Sends a message that carries this id and waits for what answers it. */
const exchange = async (message: unknown, id: number): Promise<Extract<LabReply, { type: 'reply' | 'refusal' }>> => {
  const already = replies.length;
  client.postMessage(message);
  return vi.waitFor(
    () => {
      const found = replies.slice(already).find((reply) => reply.type !== 'events' && reply.id === id);
      if (found === undefined || found.type === 'events') throw new Error('no answer yet');
      return found;
    },
    { timeout: 10_000, interval: 1 },
  );
};

const request = (method: string, input: unknown) => {
  lastId += 1;
  return exchange({ type: 'request', id: lastId, method, input }, lastId);
};

test('every reply fits the contract', async () => {
  const { runIds } = await lab.enqueue(experimentOf());
  const [runId] = runIds;
  const query = everyGroup;
  const inputs: Partial<Record<LabMethod, unknown>> = {
    workspace: {},
    deviceStatus: {},
    presets: {},
    datasets: {},
    previewDataset: { id: 'mnist', count: 3 },
    plan: experimentOf({ seeds: [1, 2, 2] }),
    enqueue: experimentOf({ name: '  Name  ' }),
    queue: {},
    runs: { experimentId: null },
    run: { runId },
    experiments: {},
    results: query,
    curves: { query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null },
    exportResults: { query, format: 'json', ...usualExport },
    exportWorkbook: { query, columns: null, namedAfter: [] },
  };
  for (const [method, input] of Object.entries(inputs) as [LabMethod, unknown][]) {
    const reply = await request(method, input);
    expect(reply, method).toMatchObject({ type: 'reply' });
    if (reply.type === 'reply') expect(labApi[method].output.safeParse(reply.output).error, method).toBeUndefined();
  }
});

test('runs travel packed, arrive as they are, and are refused where a field of one is missing', async () => {
  await lab.enqueue(experimentOf({ seeds: [3, 4] }));
  const reply = await request('runs', { experimentId: null });
  const packed =
    reply.type === 'reply'
      ? (reply.output as { columns: { id: unknown[] }; group: number[]; groups: unknown[] })
      : null;
  expect(labApi.runs.output.parse(packed)).toEqual(await lab.runs({ experimentId: null }));
  const elsewhere = { ...packed, group: packed?.group.map(() => packed.groups.length) };
  expect(labApi.runs.output.safeParse(elsewhere).success).toBe(false);
  packed?.columns.id.pop();
  expect(labApi.runs.output.safeParse(packed).success).toBe(false);
});

test('a wrong field is named', async () => {
  const experiment = experimentOf();
  const arms = [{ ...experiment.arms[0], momentum: 1 }];
  const reply = await request('enqueue', { ...experiment, arms, seeds: [] });
  expect(reply).toMatchObject({ type: 'refusal', code: 'CONFIG_INVALID' });
  expect(reply.type === 'refusal' && reply.fields.map(({ path }) => path)).toEqual(['arms.0.momentum', 'seeds']);
});

test('what only the lab can know to be wrong stands at its field, in the plan as in the queue', async () => {
  const experiment = experimentOf();
  const { shared } = experiment;
  const { dataset } = shared;
  const cases: [field: string, experiment: unknown][] = [
    ['shared.dataset.id', { ...experiment, shared: { ...shared, dataset: { ...dataset, id: 'nowhere' } } }],
    ['shared.dataset.trainSubset', { ...experiment, shared: { ...shared, dataset: { ...dataset, trainSubset: 1e6 } } }],
    [
      'shared.augmentation.resolution',
      { ...experiment, shared: { ...shared, augmentation: { ...shared.augmentation, resolution: 32 } } },
    ],
    ['shared.model.id', { ...experiment, shared: { ...shared, model: { id: 'vit-s16' } } }],
    ['axes.0.values', { ...experiment, axes: [{ path: 'model.id', values: ['mlp', 'vit-s16'] }] }],
    ['axes.0.values.1', { ...experiment, axes: [{ path: 'optimizer.momentum', values: [0.9, 1] }] }],
  ];
  for (const [field, input] of cases) {
    for (const method of ['plan', 'enqueue']) {
      const reply = await request(method, input);
      expect(reply.type === 'refusal' && reply.fields.map(({ path }) => path), `${method}: ${field}`).toEqual([field]);
    }
  }
});

test('refusals say the code, and neither paths nor stacks', async () => {
  expect(await request('run', { runId: 999 })).toMatchObject({ type: 'refusal', code: 'RUN_NOT_FOUND' });
  expect(await request('results', { ...everyGroup, experimentIds: [99] })).toMatchObject({
    code: 'EXPERIMENT_NOT_FOUND',
  });
  expect(await request('importDataset', { kind: 'auto', paths: ['/etc/passwd'], name: null })).toMatchObject({
    code: 'PATH_NOT_GRANTED',
  });
  expect(await request('nonsense', {})).toMatchObject({ code: 'MESSAGE_INVALID' });
  expect(await request('constructor', {})).toMatchObject({ code: 'MESSAGE_INVALID' });
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { port1, port2 } = new MessageChannel();
  serve(
    {
      ...lab,
      queue: () => Promise.reject(new Error(`ENOENT: ${folder}/secret`)),
      datasets: () => Promise.reject(new LabError('DATASET_CORRUPT', 'Record 7 is cut off.')),
    },
    channelOn(port1),
  );
  const answers: unknown[] = [];
  port2.on('message', (message) => answers.push(message));
  port2.postMessage({ type: 'request', id: 1, method: 'queue', input: {} });
  port2.postMessage({ type: 'request', id: 2, method: 'datasets', input: {} });
  await expect.poll(() => answers).toHaveLength(2);
  port2.close();
  expect(answers).toEqual([
    { type: 'refusal', id: 1, code: 'INTERNAL', message: 'The lab met an unexpected error; see its log.', fields: [] },
    { type: 'refusal', id: 2, code: 'DATASET_CORRUPT', message: 'Record 7 is cut off.', fields: [] },
  ]);
  expect(error).toHaveBeenCalledOnce();
  error.mockRestore();
});

test('a message beyond a megabyte is refused unread', async () => {
  const reply = await request('enqueue', { ...experimentOf(), name: 'x'.repeat(2_000_000) });
  expect(reply).toMatchObject({ type: 'refusal', code: 'MESSAGE_INVALID' });
});

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
});
/** But those that do something when they are asked with nothing. */
const methods = Object.keys(labApi).filter((method) => !['installRuntime', 'openExample'].includes(method));

test('no hostile message is answered by anything but a refusal, and the lab lives on', async () => {
  const before = (await lab.runs({ experimentId: null })).length;
  await fc.assert(
    fc.asyncProperty(anything, async (message) => {
      const id =
        typeof message === 'object' &&
        message !== null &&
        'id' in message &&
        typeof message.id === 'number' &&
        Number.isSafeInteger(message.id)
          ? message.id
          : 0;
      expect(await exchange(message, id)).toMatchObject({ type: 'refusal', code: 'MESSAGE_INVALID' });
    }),
    { numRuns: 200 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), anything, async (method, input) => {
      const reply = await request(method, input);
      const isFit = labApi[method as LabMethod].input.safeParse(input).success;
      if (!isFit) expect(reply).toMatchObject({ type: 'refusal', code: 'CONFIG_INVALID' });
    }),
    { numRuns: 300 },
  );
  expect(await lab.runs({ experimentId: null })).toHaveLength(before);
});

test('what a request has done is told before its answer, not when the next telling is due', async () => {
  await request('pauseQueue', { paused: false });
  const already = replies.length;
  await request('pauseQueue', { paused: true });
  expect(replies.slice(already).map((reply) => (reply.type === 'events' ? reply.events.at(-1) : reply.type))).toEqual([
    expect.objectContaining({ type: 'queueChanged', queue: expect.objectContaining({ paused: true }) as unknown }),
    'reply',
  ]);
});

test('a client has so much under way at a time: more is refused in words, and others are not in its way', async () => {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const slow: Lab = { ...lab, importBundle: (input) => gate.then(() => lab.importBundle(input)) };
  const heard: LabReply[] = [];
  const { port1, port2 } = new MessageChannel();
  serve(slow, channelOn(port1));
  port2.on('message', (message) => heard.push(labReplySchema.parse(message)));
  const ask = (id: number, method: LabMethod, input: unknown): void =>
    port2.postMessage({ type: 'request', id, method, input });
  const answered = (): number[] => heard.flatMap((reply) => (reply.type === 'events' ? [] : [reply.id]));
  for (let id = 1; id <= 10; id++) ask(id, 'importBundle', { path: '/nowhere.esamlab' });
  ask(11, 'queue', {});
  await expect.poll(() => answered().sort()).toEqual([10, 11, 9]);
  expect(heard.find((reply) => reply.type === 'refusal')).toMatchObject({
    code: 'TOO_MANY',
    message: expect.stringContaining('8 requests of this kind (importBundle)') as string,
  });
  expect(await request('queue', {})).toMatchObject({ type: 'reply' });
  letGo();
  await expect.poll(() => answered()).toHaveLength(11);
  heard.length = 0;
  ask(12, 'importBundle', { path: '/nowhere.esamlab' }); // as the eight before: the path was not granted
  await expect
    .poll(() => heard.filter(({ type }) => type !== 'events'))
    .toMatchObject([{ type: 'refusal', id: 12, code: 'PATH_NOT_GRANTED' }]);
  port2.close();
});

test('no client has more than 500 requests of any kind under way', async () => {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const slow: Lab = { ...lab, queue: (input) => gate.then(() => lab.queue(input)) };
  const heard: LabReply[] = [];
  const { port1, port2 } = new MessageChannel();
  serve(slow, channelOn(port1));
  port2.on('message', (message) => heard.push(labReplySchema.parse(message)));
  const ask = (id: number): void => port2.postMessage({ type: 'request', id, method: 'queue', input: {} });
  const answers = () => heard.filter(({ type }) => type !== 'events');
  for (let id = 1; id <= 501; id++) ask(id);
  await expect.poll(() => answers()).toMatchObject([{ type: 'refusal', id: 501, code: 'TOO_MANY' }]);
  letGo();
  await expect.poll(() => answers()).toHaveLength(501);
  ask(502);
  await expect.poll(() => answers().at(-1)).toMatchObject({ type: 'reply', id: 502 });
  port2.close();
});
