import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datasetFileNames, type DatasetInfo } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import { measurementIds } from '../../shared/measurements/index.ts';
import type { EpochMetrics, StepMetrics } from '../../shared/metrics.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { trainingEventSchema, type TrainingEvent } from '../../shared/jobs/train.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { infer } from '../../src-main/trainer/engine/tape.ts';
import { openRun, type Run } from '../../src-main/trainer/run.ts';
import { train, type StopRequest } from '../../src-main/trainer/train.ts';
import { engines, openTensorflow } from './engines.ts';
import { esam, sam, sgd, tinyCounts, tinyRun, writeTinyDataset, type RunSettings } from './tinyDataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-train-'));
const dataset: DatasetInfo = writeTinyDataset(folder);
let tensorflow: Ops;
beforeAll(async () => {
  tensorflow = await openTensorflow();
});
afterAll(() => {
  tensorflow.close();
  rmSync(folder, { recursive: true });
});

const open = (config: RunConfig, ops = tensorflow): Run => openRun(ops, config, dataset, folder, '0.0.0');

const eventsOf = async (run: Run, stop: StopRequest = { when: null }, isMeasuring = true): Promise<TrainingEvent[]> => {
  const events: TrainingEvent[] = [];
  for await (const event of train(run, stop, null, isMeasuring))
    events.push(trainingEventSchema.parse(structuredClone(event)));
  return events;
};

const epochsIn = (events: readonly TrainingEvent[]): EpochMetrics[] =>
  events.flatMap((event) => (event.type === 'epochFinished' ? [event.metrics] : []));
const stepsIn = (events: readonly TrainingEvent[]): StepMetrics[] =>
  events.flatMap((event) => (event.type === 'progress' ? event.steps : []));
/** Types of events in order; how many progress reports come between two others is a matter of time. */
const outlineOf = (events: readonly TrainingEvent[]): string[] =>
  events.map(({ type }) => type).filter((type, index, types) => type !== 'progress' || types[index - 1] !== type);

const parametersOf = (run: Run): number[][] => run.state.parameters.map((tensor) => [...run.ops.download(tensor)]);

/** Opens, trains and disposes of a run; checks that nothing of it stays on the device. */
const trained = async (config: RunConfig, ops = tensorflow, isMeasuring = true) => {
  const { handles } = ops.counters;
  const run = open(config, ops);
  const events = await eventsOf(run, { when: null }, isMeasuring);
  const parameters = parametersOf(run);
  run.dispose();
  expect(ops.counters.handles).toBe(handles);
  return { events, parameters, epochs: epochsIn(events), steps: stepsIn(events) };
};

test('a run tells what it is, each epoch, and its end', async () => {
  const { events, epochs, steps } = await trained(tinyRun());
  expect(outlineOf(events)).toEqual(['started', 'progress', 'epochFinished', 'progress', 'epochFinished', 'done']);
  expect(events[0]).toMatchObject({
    environment: {
      engine: expect.stringContaining('TensorFlow') as string,
      datasetSha256: dataset.sha256,
      // Three convolutions of 1 → 32 → 64 → 128 channels with BatchNorm, and 128·4 + 4.
      parameterCount: 288 + 64 + 18_432 + 128 + 73_728 + 256 + 516,
      parameterTensors: 11,
      trainExamples: tinyCounts.train,
      testExamples: tinyCounts.test,
      labVersion: '0.0.0',
    },
  });
  // ⌈64/10⌉ steps; cosine over two epochs: 0.05, then half of it.
  expect(epochs).toMatchObject([
    { epoch: 1, steps: 7, images: 64, learningRate: 0.05 },
    { epoch: 2, steps: 7, images: 64, learningRate: expect.closeTo(0.025, 12) as number },
  ]);
  // The first step of each epoch and every third of the run, each once.
  expect(steps.map(({ epoch, step }) => [epoch, step])).toEqual(
    [1, 3, 6].map((step) => [1, step]).concat([8, 9, 12].map((step) => [2, step])),
  );
  steps.slice(1).forEach(({ activeMs }, index) => expect(activeMs).toBeGreaterThan(steps[index]?.activeMs ?? NaN));
  expect(epochs[1]?.activeMs).toBeCloseTo((epochs[0]?.trainMs ?? NaN) + (epochs[1]?.trainMs ?? NaN), 6);
});

describe('counters prove the method', () => {
  const off = { stepsPerturbed: 0, perturbedTensorShare: 0, keptExampleShare: 1 };
  test.each([
    { optimizer: sgd, expected: off },
    { optimizer: sam, expected: { stepsPerturbed: 7, perturbedTensorShare: 1, keptExampleShare: 1 } },
    // ⌊0.45·10⌋ = 4 of six batches, ⌊0.45·4⌋ = 1 of the last.
    {
      optimizer: { ...esam, beta: 1 },
      expected: { stepsPerturbed: 7, perturbedTensorShare: 1, keptExampleShare: 25 / 64 },
    },
  ])('$optimizer.name', async ({ optimizer, expected }) => {
    const { epochs, steps } = await trained(tinyRun({ optimizer }));
    expect(epochs).toMatchObject([expected, expected]);
    for (const { phaseMs, lossAfter, perturbationNorm, sharpnessKept, sharpnessDropped } of steps) {
      const isSharpnessAware = optimizer.name !== 'sgd';
      const selects = optimizer.name === 'esam';
      expect(phaseMs.input > 0 && phaseMs.forward1 > 0 && phaseMs.backward1 > 0 && phaseMs.update > 0).toBe(true);
      expect([phaseMs.perturb > 0, phaseMs.forward2 > 0, phaseMs.backward2 > 0]).toEqual(
        new Array(3).fill(isSharpnessAware),
      );
      expect(phaseMs.selectionForward > 0).toBe(selects);
      expect(lossAfter === null).toBe(!isSharpnessAware);
      expect(perturbationNorm).toEqual(isSharpnessAware ? (expect.closeTo(0.05, 6) as number) : null);
      if (selects) expect(sharpnessKept).toBeGreaterThan(sharpnessDropped ?? NaN);
      else expect([sharpnessKept, sharpnessDropped]).toEqual([null, null]);
    }
  });

  test('an interval and sub-batches', async () => {
    // Perturbed are steps 1, 3, 5, 7 of the first epoch and 9, 11, 13 of the run: ⌊0.45·10⌋ = 4 or ⌊0.45·4⌋ = 1 examples are kept.
    const rare = await trained(tinyRun({ optimizer: { ...esam, beta: 1, interval: 2 } }));
    expect(rare.epochs).toMatchObject([
      { stepsPerturbed: 4, perturbedTensorShare: 4 / 7, keptExampleShare: (3 * 4 + 3 * 10 + 1) / 64 },
      { stepsPerturbed: 3, perturbedTensorShare: 3 / 7, keptExampleShare: (3 * 4 + 3 * 10 + 4) / 64 },
    ]);
    // Batches of ten go in parts of 4, 4 and 2, each of which keeps max(1, ⌊0.45·m⌋) = 1; the last batch is one part.
    const parted = await trained(tinyRun({ optimizer: { ...esam, beta: 1, sharpnessBatch: 4 } }));
    const expected = { stepsPerturbed: 7, perturbedTensorShare: 1, keptExampleShare: (6 * 3 + 1) / 64 };
    expect(parted.epochs).toMatchObject([expected, expected]);
    expect(parted.steps.map(({ batchExamples, keptExamples }) => [batchExamples, keptExamples])).toEqual(
      new Array(6).fill([10, 3]),
    );
  });

  test('ESAM perturbs tensors with probability β', async () => {
    const { epochs, steps } = await trained(tinyRun({ optimizer: esam, epochs: 6, logEvery: 1 }));
    const share = epochs.reduce((sum, epoch) => sum + epoch.perturbedTensorShare, 0) / 6;
    const draws = 6 * 7 * 11; // epochs · steps · tensors; five standard deviations of the binomial
    expect(Math.abs(share - 0.6)).toBeLessThan(5 * Math.sqrt((0.6 * 0.4) / draws));
    const perturbed = steps.reduce((sum, step) => sum + step.perturbedTensors, 0);
    expect(perturbed / draws).toBeCloseTo(share, 12);
  });
});

describe.each(engines)('the peak memory of a step on $name', ({ open: openEngine }) => {
  test('is what is held, plus a gradient, plus what a perturbation puts aside', async () => {
    const ops = await openEngine();
    const peaksOf = async (
      settings: Partial<RunSettings>,
    ): Promise<{ heldBytes: number; peaks: (number | null)[] }> => {
      const before = ops.counters.bytes;
      const run = open(tinyRun({ ...settings, model: { id: 'mlp' }, logEvery: 100 }), ops);
      const heldBytes = ops.counters.bytes - before;
      const peaks = epochsIn(await eventsOf(run)).map(({ peakStepBytes }) => peakStepBytes);
      run.dispose();
      return { heldBytes, peaks };
    };
    // 64 → 256 → 256 → 4 in float32; the reference counts its numbers as such, too.
    const parameterBytes = 4 * (64 * 256 + 256 + 256 * 256 + 256 + 256 * 4 + 4);
    // Input, three layers before and after their ReLU, and the gradients of all these, of ten examples.
    const passBytes = 4 * 10 * 2 * (64 + 2 * 256 + 2 * 256 + 2 * 4 + 64);
    // Of the largest tensor the next parameters and velocities, while those before are there still: no engine needs more.
    const nextBytes = 2 * 4 * 256 * 256;
    const descent = await peaksOf({ optimizer: sgd });
    expect(descent.heldBytes).toBeGreaterThan(2 * parameterBytes + tinyCounts.train * 64); // momentum, and the images
    for (const peak of descent.peaks) {
      expect(peak).toBeGreaterThan(descent.heldBytes + parameterBytes);
      expect(peak).toBeLessThan(descent.heldBytes + parameterBytes + nextBytes + passBytes);
    }
    // The parameters put aside, and while they climb at most one more copy of them.
    const climb = await peaksOf({ optimizer: sam });
    for (const peak of climb.peaks) {
      expect(peak).toBeGreaterThan(climb.heldBytes + 2 * parameterBytes);
      expect(peak).toBeLessThan(climb.heldBytes + 3 * parameterBytes + passBytes);
    }
    // Every epoch begins anew with the same steps, and what waits to be read is no part of it.
    expect(new Set(descent.peaks).size).toBe(1);
    ops.close();
  });
});

test.each([sgd, sam, esam])('$name learns the data set', async (optimizer) => {
  const { epochs } = await trained(tinyRun({ optimizer, epochs: 8, schedule: { name: 'constant' } }));
  const [first, last] = [epochs[0], epochs.at(-1)];
  expect(last?.trainLoss).toBeLessThan((first?.trainLoss ?? NaN) / 5);
  expect(last?.testAccuracy).toBe(1); // the quadrants differ by 110 grey levels, the noise's mean over 16 pixels by 9
  expect(last?.trainAccuracy).toBeGreaterThan(0.95);
});

describe('the seed is all that chance depends on', () => {
  const everything = tinyRun({
    optimizer: esam,
    augmentation: { cropPadding: 2, flip: true, cutoutSize: 3, cutoutProbability: 0.5 },
    dataset: { id: 'tiny', trainSubset: 48, labelNoise: 0.1 },
    logEvery: 1,
  });
  const timeless = (metrics: StepMetrics | EpochMetrics): object =>
    Object.fromEntries(Object.entries(metrics).filter(([key]) => !/Ms$|PerSecond$/.test(key)));

  test('the same seed gives the same bits, another seed others', async () => {
    const first = await trained(everything);
    const second = await trained(everything);
    expect(second.steps.map(timeless)).toEqual(first.steps.map(timeless));
    expect(second.epochs.map(timeless)).toEqual(first.epochs.map(timeless));
    expect(second.parameters).toEqual(first.parameters);
    expect(first.steps).toHaveLength(10); // five batches of 48 examples, twice

    const other = await trained({ ...everything, seed: 2 });
    expect(other.parameters).not.toEqual(first.parameters);
    expect(other.steps.map(timeless)).not.toEqual(first.steps.map(timeless));
  });

  test('neither augmentation nor masks nor selection move initial weights or the order of examples', async () => {
    const orders = async (config: RunConfig): Promise<{ weights: number[][]; order: number[][] }> => {
      const run = open(config);
      const weights = parametersOf(run);
      const order: number[][] = [];
      const batch: Run['train']['batch'] = (indices, random) => {
        order.push([...indices]);
        return run.train.batch(indices, random);
      };
      await eventsOf({ ...run, train: { ...run.train, batch } });
      run.dispose();
      return { weights, order };
    };
    const plain = await orders(tinyRun());
    expect(
      plain.order
        .slice(0, 7)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual([...Array(64).keys()]);
    expect(plain.order.slice(7)).not.toEqual(plain.order.slice(0, 7));
    const { augmentation } = everything;
    expect(await orders(tinyRun({ augmentation, optimizer: { ...esam, selection: 'random' } }))).toEqual(plain);
  });
});

describe('a run ends early', () => {
  /** A run that asks to be stopped when its `batches`-th batch of training or evaluation is made. */
  const stopping = (part: 'train' | 'test', when: 'now' | 'after-epoch', batches: number, config = tinyRun()) => {
    const run = open(config);
    const stop: StopRequest = { when: null };
    let left = batches;
    const batch: Run['train']['batch'] = (indices, random) => {
      if (--left === 0) stop.when = when;
      return run[part].batch(indices, random);
    };
    return { run, events: eventsOf({ ...run, [part]: { ...run[part], batch } }, stop) };
  };

  test.each([
    {
      part: 'train',
      when: 'now',
      batches: 3,
      outline: ['started', 'progress', 'stopped'],
      told: 'epoch 1, after step 3',
    },
    {
      part: 'train',
      when: 'now',
      batches: 9,
      outline: ['started', 'progress', 'epochFinished', 'progress', 'stopped'],
      told: 'epoch 2, after step 9',
    },
    {
      part: 'test',
      when: 'now',
      batches: 1,
      outline: ['started', 'progress', 'stopped'],
      told: 'epoch 1 was evaluated',
    },
    {
      part: 'train',
      when: 'after-epoch',
      batches: 1,
      outline: ['started', 'progress', 'epochFinished', 'stopped'],
      told: 'epoch 1 of 2',
    },
  ] as const)('stopped $when at $part batch $batches', async ({ part, when, batches, outline, told }) => {
    const { run, events } = stopping(part, when, batches);
    const all = await events;
    expect(outlineOf(all)).toEqual(outline);
    expect(all.at(-1)).toEqual({ type: 'stopped', reason: expect.stringContaining(told) as string });
    // What was sampled before is not lost.
    expect(stepsIn(all).map(({ step }) => step)).toEqual(
      [1, 3, 6, 8, 9, 12].filter((s) => s <= (part === 'train' && when === 'now' ? batches : 7)),
    );
    run.dispose();
  });

  test('after its last epoch a run that was asked to stop then is done', async () => {
    const { run, events } = stopping('train', 'after-epoch', 8);
    expect((await events).at(-1)).toEqual({ type: 'done' });
    run.dispose();
  });

  test.each([sgd, sam, esam])('$name diverges at an absurd learning rate, and says where', async (optimizer) => {
    const { events } = await trained(tinyRun({ optimizer: { ...optimizer, learningRate: 1e20 }, logEvery: 1000 }));
    // The first step's loss is that of the initial weights; the update makes them overflow in the second.
    expect(events.at(-1)).toEqual({ type: 'diverged', epoch: 1, step: 2 });
    expect(outlineOf(events)).toEqual(['started', 'progress', 'diverged']);
  });

  test('a divergence that only the evaluation can see is one too', async () => {
    const config = tinyRun({ optimizer: { ...sgd, learningRate: 1e20 }, batchSize: 64 });
    const { events } = await trained(config);
    expect(events.at(-1)).toEqual({ type: 'diverged', epoch: 1, step: 1 });
    expect(outlineOf(events)).toEqual(['started', 'progress', 'diverged']);
  });
});

test('too few examples for one whole batch are refused, as are files of another size', () => {
  const refusal = (config: RunConfig): unknown => {
    const { handles } = tensorflow.counters;
    try {
      open(config);
    } catch (error) {
      expect(tensorflow.counters.handles).toBe(handles);
      return error instanceof LabError ? error.code : error;
    }
    return null;
  };
  expect(refusal(tinyRun({ batchSize: 65, dropLast: true }))).toBe('CONFIG_INVALID');
  const subset = { id: 'tiny', trainSubset: 9, labelNoise: 0 };
  expect(refusal(tinyRun({ batchSize: 10, dropLast: true, dataset: subset }))).toBe('CONFIG_INVALID');

  const damaged = mkdtempSync(join(tmpdir(), 'esam-lab-damaged-'));
  writeTinyDataset(damaged);
  writeFileSync(join(damaged, datasetFileNames.testLabels), new Uint8Array(19));
  expect(() => openRun(tensorflow, tinyRun(), dataset, damaged, '0.0.0')).toThrow(
    expect.objectContaining({ code: 'DATASET_CORRUPT' }) as Error,
  );
  const oneByte = readFileSync(join(folder, datasetFileNames.testLabels));
  oneByte[3] = ((oneByte[3] ?? 0) + 1) % 4; // a label like the others
  writeFileSync(join(damaged, datasetFileNames.testLabels), oneByte);
  expect(() => openRun(tensorflow, tinyRun(), dataset, damaged, '0.0.0')).toThrow(/not what was imported/);
  rmSync(damaged, { recursive: true });
});

test('a test subset has as many images of each class, the same ones for every seed', () => {
  /** The chosen labels, and the sum of each chosen image. */
  const chosen = (seed: number): { labels: number[]; sums: number[] } => {
    const run = open(tinyRun({ seed, dataset: { id: 'tiny', trainSubset: null, testSubset: 12, labelNoise: 0 } }));
    const all = Int32Array.from({ length: run.test.count }, (_, index) => index);
    const { images, labels } = run.test.batch(all, randomStream(1, 'augmentation'));
    const pixels = [...tensorflow.download(images)];
    const size = pixels.length / 12;
    const sums = Array.from({ length: 12 }, (_, image) =>
      pixels.slice(image * size, (image + 1) * size).reduce((sum, pixel) => sum + pixel, 0),
    );
    const narrow = tensorflow.cast(labels, 'int32');
    const found = { labels: [...tensorflow.download(narrow)], sums };
    [images, labels, narrow].forEach(tensorflow.dispose);
    run.dispose();
    return found;
  };
  const first = chosen(0);
  expect([0, 1, 2, 3].map((label) => first.labels.filter((each) => each === label).length)).toEqual([3, 3, 3, 3]);
  expect(chosen(7)).toEqual(first);
});

test('a smaller last batch is left out on request', async () => {
  const { epochs } = await trained(tinyRun({ dropLast: true, epochs: 1 }));
  expect(epochs).toMatchObject([{ steps: 6, images: 60 }]);
});

test('no speed is told of the three warm-up steps alone', async () => {
  const { epochs } = await trained(tinyRun({ batchSize: 22 })); // three steps an epoch
  expect(epochs[0]?.imagesPerSecond).toBeNull();
  const { imagesPerSecond, trainMs = NaN } = epochs[1] ?? {};
  expect(imagesPerSecond).toBeCloseTo((1000 * 64) / trainMs, 6);
});

test('losses are what their definitions say, smoothed in training and plain in evaluation', async () => {
  const ops = referenceOps();
  const smoothing = 0.3;
  const config = tinyRun({
    device: { ...tinyRun().device, engine: 'reference' },
    dataset: { id: 'tiny', trainSubset: 24, labelNoise: 0 },
    batchSize: 24, // one batch of all, whose mean does not depend on the order
    epochs: 1,
    labelSmoothing: smoothing,
  });
  /** Mean cross entropy against (1 − s)·onehot + s/4, and the share of right answers. */
  const byHand = (run: Run, part: 'train' | 'test', s: number): { loss: number; accuracy: number } => {
    const mode = part === 'train' ? 'keep' : 'evaluate'; // BatchNorm with the batch's statistics, or with the running ones
    const all = Int32Array.from({ length: run[part].count }, (_, index) => index);
    const { images, labels } = run[part].batch(all, randomStream(1, 'augmentation'));
    const logits = [...ops.download(infer(ops, run.network, run.state, images, mode))];
    const targets = [...ops.download(ops.cast(labels, 'int32'))];
    const each = targets.map((label, example) => {
      const row = logits.slice(4 * example, 4 * example + 4);
      const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const crossEntropy = (k: number): number => logSum - (row[k] ?? NaN);
      const toAll = row.reduce((sum, _, k) => sum + crossEntropy(k) / 4, 0);
      return { loss: (1 - s) * crossEntropy(label) + s * toAll, isRight: row.indexOf(Math.max(...row)) === label };
    });
    return {
      loss: each.reduce((sum, { loss }) => sum + loss, 0) / each.length,
      accuracy: each.filter(({ isRight }) => isRight).length / each.length,
    };
  };

  const run = open(config, ops);
  const before = byHand(run, 'train', smoothing);
  const events = await eventsOf(run);
  const after = byHand(run, 'test', 0);
  expect(stepsIn(events)[0]?.lossBefore).toBeCloseTo(before.loss, 10);
  expect(epochsIn(events)).toMatchObject([
    {
      trainLoss: expect.closeTo(before.loss, 10) as number,
      trainAccuracy: before.accuracy,
      testLoss: expect.closeTo(after.loss, 10) as number,
      testAccuracy: after.accuracy,
    },
  ]);
  run.dispose();
});

test('the reference engine trains every method too, and TensorFlow follows it', async () => {
  const subset = { id: 'tiny', trainSubset: 12, labelNoise: 0 };
  for (const optimizer of [sgd, sam, { ...esam, gamma: 0.5 }]) {
    const config = tinyRun({ optimizer, dataset: subset, batchSize: 6, logEvery: 1, epochs: 1 });
    const slow = await trained({ ...config, device: { ...config.device, engine: 'reference' } }, referenceOps());
    const fast = await trained(config);
    expect(outlineOf(slow.events)).toEqual(outlineOf(fast.events));
    slow.steps.forEach((step, index) => {
      const other = fast.steps[index];
      expect(other).toMatchObject({ perturbedTensors: step.perturbedTensors, keptExamples: step.keptExamples });
      expect(other?.lossBefore).toBeCloseTo(step.lossBefore ?? NaN, 4);
      expect(other?.gradientNorm ?? 0).toBeCloseTo(step.gradientNorm ?? 0, 3);
    });
    expect(slow.epochs[0]?.testLoss).toBeCloseTo(fast.epochs[0]?.testLoss ?? NaN, 4);
  }
});

test.each([
  ['SGD', sgd],
  ['SAM', sam],
  ['ESAM', { ...esam, gamma: 0.5 }],
] as const)(
  'observing gradients changes no bit of a %s run, and is none of its steps’ memory',
  async (_, optimizer) => {
    const config = tinyRun({ optimizer, logEvery: 1, dropLast: true });
    const on = await trained({ ...config, observe: 2 });
    const off = await trained(config);
    expect(on.parameters).toEqual(off.parameters);
    expect(on.epochs.map(({ testLoss, trainLoss, peakStepBytes }) => [testLoss, trainLoss, peakStepBytes])).toEqual(
      off.epochs.map(({ testLoss, trainLoss, peakStepBytes }) => [testLoss, trainLoss, peakStepBytes]),
    );
    for (const id of ['cosineKept', 'cosineDropped', 'cosineRandom'] as const) {
      expect(off.epochs.some(({ measurements }) => id in measurements)).toBe(false);
      for (const { epoch, measurements } of on.epochs) {
        const values = on.steps.filter((step) => step.epoch === epoch).flatMap((step) => step.measurements[id] ?? []);
        expect(values).toHaveLength(2);
        for (const value of values) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
        expect(measurements[id]).toBeCloseTo(((values[0] ?? NaN) + (values[1] ?? NaN)) / 2, 10);
      }
    }
  },
);

test.each([
  ['SGD', sgd],
  ['SAM', sam],
  ['ESAM', { ...esam, gamma: 0.5 }],
] as const)(
  'measuring changes no bit of a %s run, and an epoch has the mean of all its steps',
  async (_, optimizer) => {
    const config = tinyRun({ optimizer, logEvery: 1, dropLast: true });
    const on = await trained(config);
    const off = await trained({ ...config, logEvery: 1000 }, tensorflow, false);
    expect(on.parameters).toEqual(off.parameters);
    expect(off.epochs.map(({ measurements }) => measurements)).toEqual([{}, {}]);
    expect(on.epochs.map(({ testLoss, trainLoss }) => [testLoss, trainLoss])).toEqual(
      off.epochs.map(({ testLoss, trainLoss }) => [testLoss, trainLoss]),
    );
    for (const { epoch, measurements } of on.epochs) {
      const ofEpoch = on.steps.filter((step) => step.epoch === epoch);
      expect(Object.keys(measurements)).toEqual(Object.keys(ofEpoch[0]?.measurements ?? {}));
      for (const id of measurementIds) {
        const values = ofEpoch.flatMap((step) => step.measurements[id] ?? []);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        if (values.length > 0) expect(measurements[id]).toBeCloseTo(mean, 10);
      }
    }
  },
);
