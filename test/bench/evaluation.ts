import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { evenly } from '../../shared/analyses/analysis.ts';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { lossesAlong } from '../../src-main/trainer/analyses/landscape.ts';
import { lossFunction } from '../../src-main/trainer/analyses/subject.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import { infer, record } from '../../src-main/trainer/engine/tape.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { disposeState, initialState } from '../../src-main/trainer/initialState.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { median } from './median.ts';

const [examples, points] = [1024, 51];
const passes = [64, 256, 1024];
const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** Milliseconds that the processors work. */
const processorMs = (before?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
const measured = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  return processorMs(before);
};

/**
 * Forward passes of ResNet-8 over 1,024 images of 28×28 with the running statistics, as landscapes and evaluations make them: microseconds
 * of processor time an image by the size of a pass, and what it is of a pass whose batch normalisations are ops of their own (both in turn,
 * medians); and from a few points of each the seconds that a landscape of 51 × 51 takes, by the clock on this machine as busy as it is, and were two
 * cores its own.
 */
export const measureEvaluation = async (repeats: number): Promise<object> => {
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(found.reason);
  const ops = tensorflowOps(found.bindingPath, { ownKernels: true });
  const network = networkOf('resnet8', [28, 28, 1], 10);
  const random = randomStream(1, 'weights');
  const state = initialState(ops, network, random);
  const bySize = passes.map((size) => {
    const batches = Array.from({ length: examples / size }, () => ({
      images: ops.upload(Float32Array.from({ length: size * 784 }, random.uniform), [size, 28, 28, 1]),
      labels: ops.cast(
        ops.upload(
          Int32Array.from({ length: size }, (_, index) => index % 10),
          [size],
        ),
        'int64',
      ),
    }));
    const together = (): void =>
      batches.forEach(({ images }) => {
        ops.dispose(infer(ops, network, state, images, 'evaluate'));
      });
    const apart = (): void =>
      batches.forEach(({ images }) => {
        ops.dispose(record(ops, network, state, images, 'evaluate', () => false).logits);
      });
    return { size, batches, together, apart, times: { together: [] as number[], apart: [] as number[] } };
  });
  for (let round = 0; round <= repeats; round++) {
    for (const { together, apart, times } of bySize) {
      const [one, other] = [measured(together), measured(apart)];
      if (round === 0) continue; // fills caches
      times.together.push(one);
      times.apart.push(other);
    }
  }
  const landscapes: object[] = [];
  for (const { size, batches } of bySize) {
    const along = lossFunction({ ops, network, state, batches });
    const directions = [0, 1].map(() => along.vectors.drawn(along.parameters, () => random.normal() / 100));
    const [x = [], y = []] = directions;
    const [start, processor] = [performance.now(), process.cpuUsage()];
    await lossesAlong(along, [x, y], 0, evenly(points, 1).slice(0, repeats), () => Promise.resolve());
    const whole = (ms: number): number => rounded(((ms / 1000) * points ** 2) / repeats);
    const processors = whole(processorMs(processor) / 2);
    landscapes.push({ size, seconds: whole(performance.now() - start), secondsOfTwoWholeCores: processors });
    directions.forEach(along.vectors.dispose);
  }
  disposeState(ops, state);
  return {
    engine: ops.name,
    bySize: bySize.map(({ size, times }) => ({
      size,
      microsecondsAnImage: rounded((1000 * median(times.together)) / examples),
      ofSeparateOps: rounded(median(times.together.map((time, round) => time / (times.apart[round] ?? 0))), 3),
    })),
    landscapes,
    load: loadavg().map((load) => rounded(load)),
  };
};
