import { expect, test } from 'vitest';
import type { Experiment } from '../../shared/experiment.ts';
import { experimentOf, esam, sam, sgd, shared } from './fixtures/configs.ts';
import { openTestLab } from './fixtures/labs.ts';

const adamw = (epsilon: number) => ({ ...sam, rule: { name: 'adamw' as const, beta2: 0.999, epsilon } });

test.for<[what: string, changes: Partial<Experiment>, path: string | null]>([
  [
    'a warm-up longer than the run',
    { shared: { ...shared, schedule: { name: 'warmup', warmupEpochs: 4 } } },
    'shared.schedule.warmupEpochs',
  ],
  ['a warm-up as long as the run', { shared: { ...shared, schedule: { name: 'warmup', warmupEpochs: 3 } } }, null],
  [
    'epochs of an axis too few for the warm-up',
    {
      shared: { ...shared, schedule: { name: 'warmup', warmupEpochs: 2 } },
      axes: [{ path: 'epochs', values: [5, 1] }],
    },
    'shared.schedule.warmupEpochs',
  ],
  [
    'a batch larger than the data, left out',
    { shared: { ...shared, batchSize: 101, dropLast: true } },
    'shared.batchSize',
  ],
  ['a batch larger than the data, kept', { shared: { ...shared, batchSize: 101 } }, null],
  // Of 28 pixels, a square of 55 around the first covers 28 to its right, itself included; one of 54 covers 27.
  [
    'Cutout of everything',
    { shared: { ...shared, augmentation: { ...shared.augmentation, cutoutSize: 55, cutoutProbability: 1 } } },
    'shared.augmentation.cutoutSize',
  ],
  [
    'Cutout of all but a column',
    { shared: { ...shared, augmentation: { ...shared.augmentation, cutoutSize: 54, cutoutProbability: 1 } } },
    null,
  ],
  [
    'Cutout of everything in half of the images',
    { shared: { ...shared, augmentation: { ...shared.augmentation, cutoutSize: 55, cutoutProbability: 0.5 } } },
    null,
  ],
  // θ ← θ − v, v ← 0.9v + ηλθ is stable below ηλ = 2(1 + 0.9) = 3.8.
  ['a decay that makes weights grow', { arms: [{ ...sgd, learningRate: 3.8, weightDecay: 1 }] }, 'arms.0.weightDecay'],
  ['a decay that just does not', { arms: [{ ...sgd, learningRate: 3.79, weightDecay: 1 }] }, null],
  // Either is right by itself; PyTorch refuses Nesterov's momentum of 0 too.
  ['Nesterov’s momentum of 0', { arms: [sgd, { ...sam, nesterov: true, momentum: 0 }] }, 'arms.1.nesterov'],
  ['no momentum without Nesterov', { arms: [{ ...sgd, momentum: 0 }] }, null],
  [
    'two schedules at one point of the grid',
    {
      arms: [sgd, sam],
      axes: [
        { path: 'optimizer.interval', values: [1, 2] },
        { path: 'optimizer.when.name', values: ['every', 'random'] },
      ],
    },
    'axes.0.values',
  ],
  [
    'a rule on an axis, and Nesterov of one arm of its method',
    {
      arms: [{ ...sgd, nesterov: true }, sgd],
      axes: [{ path: 'optimizer.rule.name', values: ['sgd', 'adamw'] }],
    },
    'arms.0.nesterov',
  ],
  ['an ε that float32 lacks', { arms: [sgd, adamw(1e-46)] }, 'arms.1.rule.epsilon'],
  ['a usual ε', { arms: [adamw(1e-8)] }, null],
  // Until one tensor is chosen, 1/β numbers are drawn, however many tensors there are: at most a million in a step.
  ['β so small that a step would be all drawing', { arms: [sgd, sam, { ...esam, beta: 0.99e-6 }] }, 'arms.2.beta'],
  ['β so small that one tensor is drawn in each step', { arms: [{ ...esam, beta: 1.01e-6 }] }, null],
  [
    'such a β on an axis',
    { arms: [sgd, esam], axes: [{ path: 'optimizer.beta', values: [0.5, 1e-9] }] },
    'axes.0.values',
  ],
  [
    'bfloat16 on an engine without it',
    { shared: { ...shared, precision: 'bfloat16', device: { ...shared.device, engine: 'wasm' } } },
    'shared.precision',
  ],
  [
    'a selection in bfloat16 on an engine without it',
    { arms: [sgd, { ...esam, selectionPrecision: 'bfloat16' }] },
    'arms.1.selectionPrecision',
  ],
  [
    'micro-batches of a pass that keeps the whole batch',
    { shared: { ...shared, microBatch: 5 }, arms: [sgd, { ...esam, secondPass: 'gathered' }] },
    'shared.microBatch',
  ],
  [
    'a gathered pass on an axis beside micro-batches',
    {
      shared: { ...shared, microBatch: 5 },
      arms: [esam],
      axes: [{ path: 'optimizer.secondPass', values: ['gathered'] }],
    },
    'shared.microBatch',
  ],
  [
    'micro-batches of a gathered pass that leaves nothing out',
    { shared: { ...shared, microBatch: 5 }, arms: [{ ...esam, gamma: 1, secondPass: 'gathered' }] },
    null,
  ],
  ['micro-batches of a pass that forwards again', { shared: { ...shared, microBatch: 5 }, arms: [esam] }, null],
  [
    'ρ/β beyond float32',
    { shared: { ...shared, epochs: 100_000 }, arms: [{ ...esam, rho: 1e6, beta: 1e-33 }] },
    'arms.0.beta',
  ],
])('%s', async ([, changes, path]) => {
  const { lab } = await openTestLab();
  const planned = lab.plan(experimentOf(changes));
  if (path === null) expect((await planned).length).toBeGreaterThan(0);
  else
    await expect(planned).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      fields: [{ path, message: expect.any(String) as string }],
    });
});
