import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainEsam } from '../../shared/runConfig.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { disposeState, initialState } from '../../src-main/trainer/initialState.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { optimizerOf } from '../../src-main/trainer/optimizers/index.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { engines, openTensorflow } from './engines.ts';
import { independentNetwork, labelsOf, noClock, residualNetwork, smallProblem } from './smallProblem.ts';

describe.each(engines)('micro-batches on $name', ({ open, tolerance }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
  });
  afterAll(() => {
    ops.close();
  });

  // Without BatchNorm no example sees another one, so the mean over parts of 2, 2 and 1, weighted by size, is the mean over 5.
  test('give the whole batch’s gradient and losses where no layer mixes examples', () => {
    const handles = ops.counters.handles;
    const problem = smallProblem(ops, independentNetwork, 3);
    const { state } = problem.training;
    const seen: number[][] = [];
    const outcome = (microBatch: number | null): number[][] => {
      const passes = { training: ops, ranking: ops, microBatch };
      const look = (logits: Parameters<typeof ops.download>[0]): void => void seen.push([...ops.download(logits)]);
      const objective = batchObjective(ops, independentNetwork, state, problem.batch, 0, noClock, look, passes);
      const { gradients, losses } = objective.gradients({ pass: 'first', statistics: 'keep' });
      const ranking = objective.losses('keep');
      const all = [losses, ranking, ...gradients.filter((gradient) => gradient !== null)];
      const values = all.map((tensor) => [...ops.download(tensor)]);
      all.forEach(ops.dispose);
      return values;
    };
    const [whole, parts] = [outcome(null), outcome(2)];
    expect(parts.length).toBe(2 + independentNetwork.parameters.length);
    [...parts, seen[1] ?? []].forEach((values, index) => {
      const expected = [...whole, seen[0] ?? []][index] ?? [];
      const scale = Math.max(...expected.map(Math.abs));
      expect(values.length).toBe(expected.length);
      values.forEach((value, position) => {
        expect(Math.abs(value - (expected[position] ?? NaN))).toBeLessThanOrEqual(4 * tolerance * scale);
      });
    });
    problem.dispose();
    expect(ops.counters.handles).toBe(handles);
  });
});

describe('memory on TensorFlow', () => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await openTensorflow();
  });
  afterAll(() => {
    ops.close();
  });

  /** The most bytes alive during one first pass of ResNet-8 at batch 64, above what was alive before. */
  const peakOfPass = (microBatch: number | null, isWanted: (parameter: number) => boolean): number => {
    const network = networkOf('resnet8', [32, 32, 3], 10);
    const state = initialState(ops, network, randomStream(0, 'weights'));
    const random = randomStream(0, 'augmentation');
    const images = ops.upload(
      Float32Array.from({ length: 64 * 32 * 32 * 3 }, () => random.normal()),
      [64, 32, 32, 3],
    );
    const labels = labelsOf(
      ops,
      Array.from({ length: 64 }, () => random.integer(10)),
    );
    const passes = { training: ops, ranking: ops, microBatch };
    const objective = batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined, passes);
    const before = ops.counters.bytes;
    ops.counters.peakBytes = before;
    const { gradients, losses } = objective.gradients({ pass: 'first', statistics: 'keep', isWanted });
    const peak = ops.counters.peakBytes - before;
    [losses, ...gradients.filter((gradient) => gradient !== null)].forEach(ops.dispose);
    expect(ops.counters.bytes).toBe(before);
    [images, labels].forEach(ops.dispose);
    disposeState(ops, state);
    return peak;
  };

  test('a quarter of the batch at once needs less than half of the memory; what SWP leaves out is not kept', () => {
    const whole = peakOfPass(null, () => true);
    // Of each of the 9 blocks of convolution, BatchNorm and ReLU at least the largest activation, [64,32,32,16] floats, is kept.
    expect(whole).toBeGreaterThan(3 * 64 * 32 * 32 * 16 * 4);
    expect(peakOfPass(16, () => true)).toBeLessThan(whole / 2);
    const last = networkOf('resnet8', [32, 32, 3], 10).parameters.length - 1;
    expect(peakOfPass(null, (parameter) => parameter === last)).toBeLessThan(whole / 2);
  });

  test('a thousand steps leave nothing behind', () => {
    const problem = smallProblem(ops, residualNetwork, 5);
    const random = randomStream(0, 'mask');
    const optimizer = optimizerOf(
      problem.training,
      {
        ...plainEsam,
        name: 'esam',
        learningRate: 1e-3,
        momentum: 0.9,
        weightDecay: 1e-4,
        rho: 0.05,
        beta: 0.6,
        gamma: 0.5,
        bnStatistics: 'first',
        perturbation: 'masked-norm',
        selection: 'sharpness',
        secondPass: 'reforward',
      },
      { ...random, schedule: random, direction: random },
    );
    const steps = (count: number): { handles: number; bytes: number; residentBytes: number } => {
      for (let step = 0; step < count; step++) disposeReports(ops, optimizer.step(problem.objective, 1e-3));
      return {
        handles: ops.counters.handles,
        bytes: ops.counters.bytes,
        residentBytes: process.memoryUsage.rss(),
      };
    };
    const early = steps(300);
    const late = steps(1000);
    expect(late.handles).toBe(early.handles);
    expect(late.bytes).toBe(early.bytes);
    expect(late.bytes).toBeGreaterThan(0);
    // 32 kB a step would be the size of one batch's activations: what is found must be far below.
    expect(late.residentBytes - early.residentBytes).toBeLessThan(16e6);
    optimizer.dispose();
    problem.dispose();
  });
});
