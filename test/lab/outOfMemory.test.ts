import { expect, test } from 'vitest';
import { folderWith, idxImages, idxLabels } from './datasets/fixtures.ts';
import { experimentOf, sgd, shared } from './fixtures/configs.ts';
import { realTrainers } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';

test(
  'a batch that no memory holds fails its run with half the batch as advice, and the queue goes on',
  { timeout: 300_000 },
  async () => {
    const { lab } = await openTestLab(undefined, {
      launcher: realTrainers,
      limits: { silenceMs: 240_000, stopMs: 10_000 },
    });
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
      'Try micro-batches of 32768 (BatchNorm then sees 32768 images at a time), or batch size 32768.',
    );
    expect((await untilEnded(lab, second)).state).toBe('finished');
  },
);
