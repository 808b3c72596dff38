import { expect, test } from 'vitest';
import { experimentOf } from './fixtures/configs.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';

test('a run’s log tells engine, data, network, every epoch, what its trainer says, and how it ended', async () => {
  const { lab, events } = await openTestLab();
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1] }));
  const [id] = runIds;
  if (id === undefined) throw new Error('no run');
  await untilEnded(lab, id);
  const logOf = async (): Promise<string[]> => (await lab.run({ runId: id })).log.map(({ text }) => text);
  await expect.poll(logOf).toContain('The run finished.'); // stored after the run's own end
  const { log, run, environment, epochs } = await lab.run({ runId: id });
  const texts = log.map(({ text }) => text);
  const patterns = [
    /^Engine: .+ on .+, float32.*; ESAM Lab /,
    /^Machine: .+ GB of memory/,
    /^Data: MNIST, 100 of 60,000 images to train on, 10,000 to test on; SHA-256 /,
    /^Network: .+ parameters in .+ tensors; .+ seed 1\.$/,
    ...epochs.map(
      ({ epoch, testAccuracy }) =>
        new RegExp(`^Epoch ${epoch} of ${run.config.epochs}: .*test accuracy ${(100 * testAccuracy).toFixed(2)} %`),
    ),
    /^The run finished\.$/,
  ];
  // In this order, whatever the trainer says in between.
  const places = patterns.map((pattern) => texts.findIndex((text) => pattern.test(text)));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(texts).toContain('Scripted.');
  expect(texts[places[0] ?? 0]).toContain(environment?.engine);
  // What is stored was told, line by line.
  expect(events.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []))).toEqual(texts);
});
