import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EpochMetrics, StepMetrics } from '../../shared/metrics.ts';
import type { CheckpointFile } from '../../shared/run.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { trainingEventSchema } from '../../shared/jobs/train.ts';
import type { CheckpointPlan, TrainingEvent } from '../../shared/jobs/train.ts';
import { trainerMessageSchema } from '../../shared/trainerProtocol.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { readNumbers, writeNumbers } from '../../src-main/trainer/checkpoints/file.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { wasmOps } from '../../src-main/trainer/engine/wasmOps.ts';
import { openRun } from '../../src-main/trainer/run.ts';
import { train, type StopRequest } from '../../src-main/trainer/train.ts';
import { openTensorflow } from './engines.ts';
import { tensorflowBinding } from './tensorflow.ts';
import { esam, sam, sgd, tinyCounts, tinyRun, writeTinyDataset, type RunSettings } from './tinyDataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-checkpoints-'));
const dataset = writeTinyDataset(folder);
const engines = new Map<RunConfig['device']['engine'], Ops>();
beforeAll(async () => {
  engines.set('tensorflow', await openTensorflow());
  engines.set('reference', referenceOps());
  engines.set('wasm', wasmOps({ threads: 2 }));
});
afterAll(() => {
  engines.forEach((ops) => ops.close());
  rmSync(folder, { recursive: true });
});

/** A folder of its own and no patience: a checkpoint before every step, where the test does not say otherwise. */
const planOf = (resumeFrom: CheckpointPlan['resumeFrom'] = [], everyMs = 0): CheckpointPlan => ({
  folder: mkdtempSync(join(folder, 'run-')),
  everyMs,
  resumeFrom,
});

const sha256Of = (numbers: NodeJS.TypedArray): string => createHash('sha256').update(numbers).digest('hex');

const timeless = (metrics: StepMetrics | EpochMetrics): object =>
  Object.fromEntries(Object.entries(metrics).filter(([key]) => !/Ms$|PerSecond$/.test(key)));

/** What a run is judged by: every metric that is no time, the last of each epoch and step, in order. */
const judged = (events: readonly TrainingEvent[]) => {
  const epochs = new Map<number, object>();
  const steps = new Map<number, object>();
  for (const event of events) {
    if (event.type === 'epochFinished') epochs.set(event.metrics.epoch, timeless(event.metrics));
    if (event.type === 'progress') event.steps.forEach((step) => steps.set(step.step, timeless(step)));
  }
  const inOrder = (map: Map<number, object>) => [...map].sort(([a], [b]) => a - b);
  return { epochs: inOrder(epochs), steps: inOrder(steps) };
};
const checkpointsIn = (events: readonly TrainingEvent[]): CheckpointFile[] =>
  events.flatMap((event) => (event.type === 'checkpointed' ? [event.checkpoint] : []));
const logIn = (events: readonly TrainingEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []));

const engineOf = ({ device }: RunConfig): Ops => {
  const ops = engines.get(device.engine);
  if (ops === undefined) throw new Error('The engine is not open.');
  return ops;
};

/** Trains in this process; everything that the run ends with, bit by bit. */
const trained = async (
  config: RunConfig,
  plan: CheckpointPlan | null,
  stop: StopRequest = { when: null },
  onEvent: (event: TrainingEvent) => void = () => undefined,
) => {
  const ops = engineOf(config);
  const { handles } = ops.counters;
  const run = openRun(ops, config, dataset, folder, '0.0.0');
  const events: TrainingEvent[] = [];
  try {
    for await (const event of train(run, stop, plan)) {
      events.push(trainingEventSchema.parse(structuredClone(event)));
      onEvent(event);
    }
  } catch (error) {
    run.dispose(); // what is held counts as the next run's memory
    throw error;
  }
  const { state, optimizer } = run;
  const statistics = state.statistics.flatMap(({ mean, variance }) => [mean, variance]);
  const memories = Object.values(optimizer.memories);
  const kept = memories.flatMap((memory) => Object.values(memory.tensors).flat());
  const tensors = [...state.parameters, ...kept, ...statistics].map((tensor) => sha256Of(ops.download(tensor)));
  const streams = [run.shuffle, run.augmentation, run.mask, run.selection].map((stream) => stream.state());
  run.dispose();
  expect(ops.counters.handles).toBe(handles);
  return { events, end: { tensors, streams, memories: memories.map(({ data }) => data()) } };
};

const asListed = (plan: CheckpointPlan, newestFirst: readonly CheckpointFile[]): CheckpointPlan['resumeFrom'] =>
  newestFirst.map(({ fileName, sha256 }) => ({ path: join(plan.folder, fileName), sha256 }));

const augmentation = { cropPadding: 2, flip: true, cutoutSize: 3, cutoutProbability: 0.5 };
const reference = { ...tinyRun().device, engine: 'reference' } as const;
const onReference = {
  device: reference,
  model: { id: 'mlp' },
  dataset: { id: 'tiny', trainSubset: 24, labelNoise: 0 },
} as const;
const { name: _, ...climb } = sam;
const { bnStatistics: __, ...momentumClimb } = climb;
const momentumSam = { ...momentumClimb, name: 'momentum-sam' } as const;
const cases: Record<string, Partial<RunSettings>> = {
  SGD: { optimizer: sgd },
  'SGD on the reference engine': { ...onReference, optimizer: sgd, augmentation },
  'ESAM in bfloat16': { optimizer: { ...esam, secondPass: 'gathered' }, precision: 'bfloat16' },
  'ESAM on WebAssembly': { optimizer: esam, augmentation, device: { ...tinyRun().device, engine: 'wasm' } },
  SAM: { optimizer: sam, dropLast: true },
  "SAM on Nesterov's momentum, kernels alone decaying, on WebAssembly": {
    optimizer: { ...sam, nesterov: true, decayNormAndBias: false },
    device: { ...tinyRun().device, engine: 'wasm' },
  },
  'ESAM under AdamW': { optimizer: { ...esam, learningRate: 1e-3, rule: { name: 'adamw' }, decayNormAndBias: false } },
  'LookSAM between two climbs': { optimizer: { ...climb, name: 'looksam', interval: 4, alpha: 0.5 }, augmentation },
  'F-SAM': { optimizer: { ...climb, name: 'friendly', sigma: 1, lambda: 0.6 } },
  MSAM: { optimizer: { ...momentumSam, when: { name: 'late', share: 0.6 } } },
  'SAM at random': { optimizer: { ...sam, when: { name: 'random' } } },
  'SAM by the gradient norm': { optimizer: { ...sam, when: { name: 'gradient-norm' } } },
  'K-SAM': { optimizer: { ...climb, name: 'k-sam', gamma: 0.5 }, augmentation },
  VaSSO: { optimizer: { ...climb, name: 'vasso', theta: 0.4 } },
  GSAM: { optimizer: { ...climb, name: 'gsam', alpha: 0.4, rhoMin: 0.01 } },
  WSAM: { optimizer: { ...climb, name: 'wsam', sharpnessWeight: 0.88, coupled: false } },
  'SAM-ON': { optimizer: { ...climb, name: 'sam-on' } },
  'random directions of some tensors': {
    optimizer: {
      ...{ ...climb, name: 'composed', direction: { name: 'random' } },
      ...{ moves: { name: 'share' }, examples: { name: 'all' }, descent: { name: 'above' } },
    },
  },
  'VaSSO on the examples that rise, with LookSAM': {
    optimizer: {
      ...{ ...climb, name: 'composed', interval: 3, direction: { name: 'moving-mean' } },
      ...{ moves: { name: 'all' }, examples: { name: 'rising' }, descent: { name: 'looksam' } },
    },
  },
  'SAM in micro-batches': { optimizer: sam, microBatch: 4 },
  ESAM: { optimizer: esam, augmentation, dataset: { id: 'tiny', trainSubset: 48, labelNoise: 0.1 } },
  'ESAM on the reference engine': { ...onReference, optimizer: { ...esam, interval: 2 }, augmentation },
  "ESAM, the release's mask, every third step": {
    optimizer: { ...esam, maskDrawn: 'after-step', interval: 3, bnStatistics: 'last' },
    schedule: { name: 'step', milestones: [1], factor: 0.1 },
  },
  'ESAM by chance, in parts': { optimizer: { ...esam, selection: 'random', sharpnessBatch: 4 }, dropLast: true },
};

describe.each(Object.entries(cases))('%s', (_name, settings) => {
  const config = tinyRun({ logEvery: 2, ...settings });

  test('a run goes on from any of its checkpoints as if it had never ended', async () => {
    const whole = await trained(config, null);
    const plan = planOf();
    const kept = await trained(config, plan);
    expect(kept.end).toEqual(whole.end); // reading the device moves nothing
    expect(judged(kept.events)).toEqual(judged(whole.events));
    const checkpoints = checkpointsIn(kept.events);
    const batches = (config.dataset.trainSubset ?? tinyCounts.train) / config.batchSize;
    const steps = config.dropLast ? Math.floor(batches) : Math.ceil(batches);
    // One before every step but the first, one after each epoch; that one serves the next epoch's first step too.
    expect(checkpoints.map(({ epoch, epochStep, step }) => [epoch, epochStep, step])).toEqual(
      [0, 1].flatMap((epoch) => [
        ...Array.from({ length: steps - 1 }, (_, index) => [epoch, index + 1, epoch * steps + index + 1]),
        [epoch + 1, 0, (epoch + 1) * steps],
      ]),
    );
    const chosen = [0, Math.floor(Math.random() * checkpoints.length), steps - 1, 2 * steps - 1];
    for (const checkpoint of checkpoints.filter((_, index) => chosen.includes(index))) {
      const { epoch, step } = checkpoint;
      const before = kept.events.slice(
        0,
        kept.events.findIndex((event) => event.type === 'checkpointed' && event.checkpoint.step === step),
      );
      const rest = await trained(config, planOf(asListed(plan, [checkpoint]), Infinity));
      expect(rest.events.slice(0, 2)).toMatchObject([{ type: 'started' }, { type: 'resumed', epoch, step }]);
      expect(rest.end).toEqual(whole.end);
      expect(judged([...before, ...rest.events])).toEqual(judged(whole.events));
    }
  });
});

describe('a run that is asked to stop', () => {
  test.each(['training', 'evaluating'] as const)('while %s keeps a checkpoint first', async (activity) => {
    const config = tinyRun({ optimizer: esam, augmentation, logEvery: 1 });
    const whole = await trained(config, null);
    const plan = planOf([], Infinity);
    const stop: StopRequest = { when: null };
    const first = await trained(config, plan, stop, (event) => {
      // The end of the first epoch is kept: what comes next is the second epoch's.
      const isThere = activity === 'training' ? event.type === 'checkpointed' : event.type === 'progress';
      if (isThere && (activity === 'training' || event.type !== 'progress' || event.activity === 'evaluating')) {
        stop.when = 'now';
      }
    });
    const last = first.events.slice(-2);
    const checkpoints = checkpointsIn(first.events);
    if (activity === 'evaluating') {
      expect(last).toMatchObject([
        { type: 'checkpointed', checkpoint: { epoch: 0, epochStep: 7 } },
        { type: 'stopped' },
      ]);
    } else expect(last).toMatchObject([{ checkpoint: { epoch: 1, epochStep: 0 } }, { type: 'stopped' }]);
    const rest = await trained(config, planOf(asListed(plan, checkpoints.toReversed()), Infinity));
    expect(rest.end).toEqual(whole.end);
    expect(judged([...first.events, ...rest.events])).toEqual(judged(whole.events));
  });
});

test('more epochs than the run had give what they would have given from the start', async () => {
  const config = tinyRun({ optimizer: esam, schedule: { name: 'constant' } });
  const longer = { ...config, epochs: 4 };
  const plan = planOf([], Infinity);
  const short = await trained(config, plan);
  const rest = await trained(longer, planOf(asListed(plan, checkpointsIn(short.events).slice(-1)), Infinity));
  expect(rest.end).toEqual((await trained(longer, null)).end);

  const cosine = { ...longer, schedule: { name: 'cosine' } } as const;
  const resumeFrom = asListed(plan, checkpointsIn(short.events).slice(-1));
  await expect(trained(cosine, planOf(resumeFrom))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

describe('a damaged checkpoint', () => {
  const config = tinyRun({ optimizer: sam });
  const damages: Record<string, (path: string) => void> = {
    truncated: (path) => truncateSync(path, readFileSync(path).length - 1),
    empty: (path) => truncateSync(path, 0),
    missing: rmSync,
    flipped: (path) => {
      const bytes = readFileSync(path);
      const at = Math.floor(Math.random() * bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(Math.random() * 8)), at);
      writeFileSync(path, bytes);
    },
  };
  test.each(Object.entries(damages))('(%s) is said, and the one before it is used', async (_name, damage) => {
    const plan = planOf();
    const whole = await trained(config, plan);
    const listed = asListed(plan, checkpointsIn(whole.events).toReversed().slice(3, 5));
    damage(listed[0]?.path ?? '');
    const rest = await trained(config, planOf(listed, Infinity));
    expect(logIn(rest.events)[0]).toMatch(/^The checkpoint epoch-\d+-step-\d+\.ckpt .* The one before it is used\.$/);
    expect(rest.events).toContainEqual({ type: 'resumed', epoch: 1, step: 10 });
    expect(rest.end).toEqual(whole.end);
    expect(readdirSync(plan.folder)).not.toContain(listed[0]?.path.slice(-31));
  });

  test('where none is left, the run does not begin again unasked, and the damaged files stay', async () => {
    const plan = planOf();
    const whole = await trained(config, plan);
    const [first, second] = asListed(plan, checkpointsIn(whole.events).slice(0, 2));
    if (first === undefined || second === undefined) throw new Error('two checkpoints expected');
    rmSync(first.path);
    truncateSync(second.path, 1000);
    const again = trained(config, planOf([second, first], Infinity));
    await expect(again).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      message: expect.stringContaining('damaged files are set aside') as string,
    });
    // Now both are gone: nothing is called damaged.
    const gone = trained(config, planOf([second, first], Infinity));
    await expect(gone).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      message: expect.stringMatching(/^The checkpoints .* are missing/) as string,
    });
    const aside = readdirSync(plan.folder).filter((name) => name.includes('.aside-'));
    expect(aside.map((name) => statSync(join(plan.folder, name)).size)).toEqual([1000]);
  });

  test('one of another version is left as it is, and nothing is trained', async () => {
    const plan = planOf();
    const [first] = asListed(plan, checkpointsIn((await trained(config, plan)).events));
    const path = join(plan.folder, 'epoch-0099-step-00000999.ckpt');
    const { sha256 } = writeNumbers(path, { format: 'ESAM Lab checkpoint 99' }, []);
    const before = readFileSync(path);
    await expect(
      trained(config, planOf([{ path, sha256 }, ...(first ? [first] : [])], Infinity)),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_UNREADABLE',
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('another than was recorded is not taken', async () => {
    const plan = planOf();
    const checkpoints = checkpointsIn((await trained(config, plan)).events);
    const [first, second] = asListed(plan, checkpoints);
    if (first === undefined || second === undefined) throw new Error('two checkpoints expected');
    const swapped = [{ path: second.path, sha256: first.sha256 }, first];
    expect(logIn((await trained(config, planOf(swapped))).events)[0]).toMatch(/another one than was recorded/);
  });
});

describe('a trainer process', () => {
  const entry = fileURLToPath(new URL('../../src-main/trainer/process.ts', import.meta.url));
  const faultyDisk = new URL('./fixtures/faultyDisk.ts', import.meta.url).href;
  const launcher = nodeTrainers(entry);

  /** Runs a real trainer as the lab does; `meddle` gets the way to kill it. Resolves with its events when it is gone. */
  const runTrainer = async (
    config: RunConfig,
    plan: CheckpointPlan,
    environment: Record<string, string> = {},
    meddle: (event: TrainingEvent, kill: () => void) => void = () => undefined,
  ): Promise<TrainingEvent[]> => {
    const trainer = await launcher.launch(environment);
    const bindingPath = config.device.engine === 'tensorflow' ? await tensorflowBinding() : null;
    const events: TrainingEvent[] = [];
    const closed = new Promise<string>((resolve) => trainer.onClose(resolve));
    trainer.onMessage((raw) => {
      const message = trainerMessageSchema.parse(raw);
      const files = { datasetFolder: folder, bindingPath, checkpoints: plan };
      if (message.type === 'ready')
        trainer.post({
          ...{ type: 'start', job: 'train' },
          input: { runId: 1, config, dataset, labVersion: '0', ...files },
        });
      if (message.type !== 'event') return;
      const event = trainingEventSchema.parse(message.event);
      events.push(event);
      trainer.post({ type: 'acknowledge', sequence: message.sequence });
      meddle(event, trainer.kill);
    });
    await closed;
    return events;
  };

  const tensorsOf = (plan: CheckpointPlan, { fileName, sha256 }: CheckpointFile) =>
    readNumbers(join(plan.folder, fileName), sha256).tensors.map(({ name, numbers }) => [name, sha256Of(numbers)]);

  test('survives kill -9 at random moments: the end is the same, bit by bit', async () => {
    for (const settings of [
      { optimizer: esam, augmentation, epochs: 6 },
      { ...onReference, optimizer: sgd, epochs: 3 },
    ]) {
      const config = tinyRun(settings);
      const once = planOf([], Infinity);
      const whole = await trained(config, once);
      const plan = planOf();
      const events: TrainingEvent[] = [];
      let kills = 0;
      while (events.at(-1)?.type !== 'done') {
        const resumeFrom = asListed(plan, checkpointsIn(events).toReversed());
        let hasStarted = false;
        const part = await runTrainer({ ...config }, { ...plan, resumeFrom }, {}, (event, kill) => {
          if (event.type !== 'checkpointed' || hasStarted || kills >= 4) return;
          hasStarted = true;
          kills++;
          void setTimeout(Math.random() * 60).then(kill);
        });
        events.push(...part);
        // What has its name is whole, whatever moment the kill came at.
        for (const fileName of readdirSync(plan.folder).filter((name) => name.endsWith('.ckpt'))) {
          const bytes = readFileSync(join(plan.folder, fileName));
          expect(() =>
            readNumbers(join(plan.folder, fileName), bytes.toString('hex', bytes.length - 32)),
          ).not.toThrow();
        }
      }
      expect(judged(events)).toEqual(judged(whole.events));
      const [end, expected] = [events, whole.events].map((list) => checkpointsIn(list).at(-1));
      if (end === undefined || expected === undefined) throw new Error('A run ended without a checkpoint.');
      expect(tensorsOf(plan, end)).toEqual(tensorsOf(once, expected));
    }
  });

  test.each([
    { at: 'between the temporary file and its name', fault: 'kill-before-rename', ends: ['ckpt', 'ckpt', 'part'] },
    { at: 'between its name and the word of it', fault: 'kill-after-rename', ends: ['ckpt', 'ckpt', 'ckpt'] },
  ])('killed $at leaves the checkpoint before as the last', async ({ fault, ends }) => {
    const config = tinyRun({ ...onReference, optimizer: sgd });
    const whole = await trained(config, null);
    const plan = planOf();
    const environment = { NODE_OPTIONS: `--import=${faultyDisk}`, FAULT: fault, FAULT_AT: '3' };
    const before = await runTrainer(config, plan, environment);
    expect(checkpointsIn(before).map(({ step }) => step)).toEqual([1, 2]);
    expect(
      readdirSync(plan.folder)
        .map((name) => name.split('.').at(-1))
        .sort(),
    ).toEqual(ends);
    const resumeFrom = asListed(plan, checkpointsIn(before).toReversed());
    const rest = await trained(config, { ...plan, resumeFrom });
    expect(rest.events).toContainEqual({ type: 'resumed', epoch: 0, step: 2 });
    expect(rest.end).toEqual(whole.end);
  });

  test('on a full disk goes on, warns, and leaves nothing unfinished', async () => {
    const config = tinyRun({ ...onReference, optimizer: sgd });
    const plan = planOf();
    // Each checkpoint is many writes; the 10th of all is in the first one.
    const events = await runTrainer(config, plan, {
      ...{ NODE_OPTIONS: `--import=${faultyDisk}`, FAULT: 'full', FAULT_AT: '10' },
    });
    expect(events.at(-1)).toEqual({ type: 'done' });
    expect(logIn(events)).toEqual([
      expect.stringMatching(/after step 1 could not be written \(ENOSPC\)\. Training goes on/),
    ]);
    expect(checkpointsIn(events)[0]).toMatchObject({ step: 2 });
    expect(readdirSync(plan.folder).every((name) => name.endsWith('.ckpt'))).toBe(true);
  });
});

test('a checkpoint is kept at the next step where one is asked for, and the training goes on as it would have', async () => {
  const config = tinyRun(onReference);
  const whole = await trained(config, planOf([], 600_000));
  const stop: StopRequest = { when: null };
  let isAsked = false;
  const asked = await trained(config, planOf([], 600_000), stop, (event) => {
    if (isAsked || event.type !== 'epochFinished') return;
    isAsked = true;
    setImmediate(() => (stop.wantsCheckpoint = true)); // after the epoch's own checkpoint
  });
  expect(checkpointsIn(whole.events).every(({ epochStep }) => epochStep === 0)).toBe(true);
  expect(stop.wantsCheckpoint).toBe(false); // it was seen to
  expect(judged(asked.events)).toEqual(judged(whole.events));
  expect(asked.end).toEqual(whole.end);
});
