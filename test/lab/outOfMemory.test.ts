import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TrainerLauncher } from '../../src-main/lab/trainers.ts';
import { folderWith, idxImages, idxLabels } from './datasets/fixtures.ts';
import { experimentOf, sgd, shared } from './fixtures/configs.ts';
import { realTrainers } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';

/** Trainers that get two gigabytes more than what they have once their engine is loaded. */
const narrowTrainers: TrainerLauncher = {
  launch: async (environment) => {
    const trainer = await realTrainers.launch(environment);
    const pid = String(trainer.pid);
    trainer.onMessage((message) => {
      if (!JSON.stringify(message).includes('"type":"started"')) return;
      const [, kilobytes = ''] = /^VmSize:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      const { status } = spawnSync('prlimit', ['--pid', pid, `--as=${1024 * Number(kilobytes) + 2 ** 31}`]);
      if (status !== 0) throw new Error('The trainer could not be limited.');
    });
    return trainer;
  },
};

test(
  'a batch that no memory holds fails its run with half the batch as advice, and the queue goes on',
  { timeout: 300_000 },
  async () => {
    const { lab } = await openTestLab(undefined, {
      launcher: { launch: (environment) => launcher.launch(environment) },
      limits: { silenceMs: 240_000, stopMs: 10_000 },
    });
    let launcher = realTrainers;
    const count = 65_536;
    const labels = Array.from({ length: count }, (_, image) => image % 10);
    const images = await folderWith({
      'train-images-idx3-ubyte': idxImages(count, 16, 16),
      'train-labels-idx1-ubyte': idxLabels(labels),
      't10k-images-idx3-ubyte': idxImages(10, 16, 16),
      't10k-labels-idx1-ubyte': idxLabels(labels.slice(0, 10)),
    });
    lab.grantPaths([images]);
    await lab.importDataset({ kind: 'auto', paths: [images], name: 'many', onDamaged: 'refuse' });
    const dataset = { ...shared.dataset, id: 'many', trainSubset: null };
    // The first convolution gives 65,536 images × 16 × 16 × 64 channels of four bytes: 4 GiB, all that WebAssembly can address.
    const model = { id: 'resnet18' } as const;
    const device = { ...shared.device, engine: 'wasm' } as const;
    const large = { ...shared, dataset, model, device, batchSize: count, epochs: 1 };
    const [first = 0] = (await lab.enqueue(experimentOf({ arms: [sgd], shared: large }))).runIds;
    const [second = 0] = (
      await lab.enqueue(
        experimentOf({ arms: [sgd], shared: { ...shared, dataset: { ...shared.dataset, testSubset: 50 }, epochs: 1 } }),
      )
    ).runIds;
    const failed = await untilEnded(lab, first);
    expect(failed.state).toBe('failed');
    expect(failed.reason).toContain(
      'Batches of 65536 images are too large: try micro-batches of 32768 (BatchNorm then sees 32768 images at a time), or batch size 32768.',
    );
    expect((await untilEnded(lab, second)).state).toBe('finished');

    // TensorFlow's own memory, where the system gives no more (without the lab's kernels oneDNN's for AVX-512 end the process then). Of two
    // seeds the second would meet it too; of two batches not.
    launcher = narrowTrainers;
    const onTensorflow = { ...large, device: { ...shared.device, engine: 'tensorflow', ownKernels: true } as const };
    const small = { ...onTensorflow, dataset: { ...dataset, trainSubset: 64 }, batchSize: 32 };
    const { runIds } = await lab.enqueue(experimentOf({ arms: [sgd], seeds: [1, 2], shared: onTensorflow }));
    const [smallRun = 0] = (await lab.enqueue(experimentOf({ arms: [sgd], shared: small }))).runIds;
    const exhausted = await untilEnded(lab, runIds[0] ?? 0);
    expect(exhausted.state).toBe('failed');
    expect(exhausted.reason).toMatch(
      /^The device ran out of memory in \w+\. Batches of 65536 images are too large: try micro-batches of 32768 /,
    );
    await expect.poll(async () => (await lab.queue({})).holdReason).toBe(exhausted.reason);
    await lab.cancelRuns({ runIds: [runIds[1] ?? 0] });
    await lab.pauseQueue({ paused: false });
    expect((await untilEnded(lab, smallRun)).state).toBe('finished');
  },
);
