import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckpointPlan, TrainingEvent } from '../../shared/jobs/train.ts';
import { readNumbers, writeNumbers } from '../../src-main/trainer/checkpoints/file.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { train } from '../../src-main/trainer/train.ts';
import { threeLayerRun } from './fixtures/threeLayerRun.ts';
import { esam, sgd, tinyRun, writeTinyDataset, type RunSettings } from './tinyDataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-checkpoint-formats-'));
const dataset = writeTinyDataset(folder);
let ops: Ops;
beforeAll(() => {
  ops = referenceOps();
});
afterAll(() => {
  ops.close();
  rmSync(folder, { recursive: true });
});

const settings = {
  dataset: { id: 'tiny', trainSubset: 24, labelNoise: 0 },
  augmentation: { cropPadding: 2, flip: true, cutoutSize: 3, cutoutProbability: 0.5 },
  device: { ...tinyRun().device, engine: 'reference' },
} satisfies Partial<RunSettings>;

/** Trains two epochs of three steps. @returns what is on the device at the end, and what was told. */
const trained = async (optimizer: RunSettings['optimizer'], resumeFrom: CheckpointPlan['resumeFrom']) => {
  const run = threeLayerRun(ops, tinyRun({ ...settings, optimizer }), dataset, folder);
  const plan = { folder: mkdtempSync(join(folder, 'run-')), everyMs: 0, resumeFrom };
  const events: TrainingEvent[] = [];
  for await (const event of train(run, { when: null }, plan)) events.push(event);
  const memories = Object.entries(run.optimizer.memories);
  const kept = memories.flatMap(([, { tensors }]) => Object.values(tensors).flat());
  const statistics = run.state.statistics.flatMap(({ mean, variance }) => [mean, variance]);
  const numbers = [...run.state.parameters, ...kept, ...statistics].flatMap((tensor) => [...ops.download(tensor)]);
  const data = Object.fromEntries(memories.map(([part, memory]) => [part, memory.data()]));
  run.dispose();
  return { events, numbers, data, folder: plan.folder };
};

/** A copy, since what cannot be read is removed, and the digest that it ends with. */
const listed = (path: string): { path: string; sha256: string } => {
  const copy = join(mkdtempSync(join(folder, 'copy-')), 'kept.ckpt');
  copyFileSync(path, copy);
  return { path: copy, sha256: readFileSync(copy).toString('hex', readFileSync(copy).length - 32) };
};

// Written by the lab's version 0.1.0 after four of six steps of these very runs, one into the second epoch.
const byFormatOne: Record<string, RunSettings['optimizer']> = {
  sgd,
  esam: { ...esam, maskDrawn: 'after-step', interval: 2 },
};
test.each(Object.entries(byFormatOne))('a run of %s goes on from a file of format 1', async (name, optimizer) => {
  const whole = await trained(optimizer, []);
  const old = fileURLToPath(new URL(`fixtures/format1-${name}.ckpt`, import.meta.url));
  const rest = await trained(optimizer, [listed(old)]);
  expect(rest.events).toContainEqual({ type: 'resumed', epoch: 1, step: 4 });
  expect(rest.data).toEqual(whole.data);
  // The file is of another day: a sum in another order since then would be no fault of the format.
  expect(rest.numbers).toHaveLength(whole.numbers.length);
  const deviations = whole.numbers.map((value, index) => Math.abs(value - (rest.numbers[index] ?? NaN)));
  expect(Math.max(...deviations)).toBeLessThan(1e-9);
});

/** The file that a whole run of ESAM leaves after four steps, in its parts. */
const afterFourSteps = async () => {
  const { events, folder: written } = await trained(esam, []);
  const fourth = events.flatMap((event) => (event.type === 'checkpointed' ? [event.checkpoint] : []))[3];
  if (fourth === undefined) throw new Error('Four checkpoints were expected.');
  return readNumbers(join(written, fourth.fileName), fourth.sha256);
};

/** The same with a header or tensors of the test's own. */
const rewritten = (header: object, tensors: Parameters<typeof writeNumbers>[2]) => {
  const path = join(mkdtempSync(join(folder, 'written-')), 'kept.ckpt');
  return { path, sha256: writeNumbers(path, header, tensors).sha256 };
};

test('tensors are found by their names, in whatever order they lie', async () => {
  const { header, tensors } = await afterFourSteps();
  const names = tensors.map(({ name }) => name);
  expect(names).toContain('parameters/conv.kernel');
  expect(names).toContain('rule/velocity/conv.kernel');
  expect(header).toMatchObject({ format: 'ESAM Lab checkpoint 2', optimizer: { ascent: { steps: 4, mask: null } } });
  const shuffled = rewritten({ ...(header as object) }, tensors.toReversed());
  const rest = await trained(esam, [shuffled]);
  expect(rest.events).toContainEqual({ type: 'resumed', epoch: 1, step: 4 });
  expect(rest.numbers).toEqual((await trained(esam, [])).numbers);
});

test('a file that lacks what a part of the optimizer keeps is not taken, and changes nothing', async () => {
  const { header, tensors } = await afterFourSteps();
  const without = rewritten({ ...(header as object), optimizer: { rule: null } }, tensors);
  await expect(trained(esam, [without])).rejects.toMatchObject({ code: 'CHECKPOINT_UNREADABLE' });

  const fewer = rewritten({ ...(header as object) }, tensors.slice(1));
  await expect(trained(esam, [fewer])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
