import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { DeviceStatus } from '../../shared/device.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import { distrustOf } from '../../shared/selfTest.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { experimentOf, shared } from './fixtures/configs.ts';
import { openTestLab, untilEnded, untilRun } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

type Lab = Awaited<ReturnType<typeof openTestLab>>['lab'];

const launcher = nodeTrainers(fileURLToPath(new URL('../../src-main/trainer/process.ts', import.meta.url)));
const patient = { launcher, limits: { silenceMs: 60_000, stopMs: 5000 } };

/** Waits for a status that fits, from now on. */
const untilDevice = (lab: Lab, fits: (status: DeviceStatus) => boolean): Promise<DeviceStatus> =>
  new Promise((resolve) => {
    const stop = lab.onEvent((event) => {
      if (event.type !== 'deviceChanged' || !fits(event.status)) return;
      stop();
      resolve(event.status);
    });
  });

const selfTestingIn = (events: readonly LabEvent[]) =>
  events.flatMap((event) =>
    event.type === 'deviceChanged' && event.status.selfTesting !== null ? [event.status.selfTesting] : [],
  );

test(
  'the self-test measures every engine and precision, keeps it, and plans are estimated from it',
  { timeout: 180_000 },
  async () => {
    const { lab, folder, events } = await openTestLab(undefined, patient);
    const experiment = experimentOf({
      shared: { ...shared, model: { id: 'resnet8' }, device: { ...shared.device, engine: 'wasm', threads: 0 } },
    });
    expect(await lab.plan(experiment)).toMatchObject([{ estimatedMs: null, estimatedFrom: null }]);
    await lab.selfTest({ steps: 1 });
    const status = await untilDevice(lab, ({ selfTesting }) => selfTesting === null);
    expect(status.selfTestFailures).toEqual([]);
    expect(status.selfTests.map(({ engine, precision }) => [engine, precision])).toEqual([
      ['tensorflow', 'float32'],
      ['tensorflow', 'bfloat16'],
      ['wasm', 'float32'],
    ]);
    for (const selfTest of status.selfTests) {
      expect(distrustOf(selfTest)).toBeNull();
      expect(selfTest.gradientDeviation).toBeGreaterThan(0); // no engine rounds as float64 does
      expect(selfTest).toMatchObject({ cpuModel: status.cpuModel, cpuCores: status.cpuCores, steps: 1, device: 'CPU' });
      expect(selfTest.threads).toBeLessThanOrEqual(status.cpuCores);
      for (const { macs, imagesPerSecond, gflops } of selfTest.speeds) {
        expect(gflops).toBeCloseTo((6 * macs * imagesPerSecond) / 1e9, 9);
      }
      // ResNet-8's MACs at 32×32, by hand: stem 442,368; blocks of 16, 32 and 64 filters 4,718,592, 3,670,016 and 3,670,016; dense 640.
      expect(selfTest.speeds[0]).toMatchObject({ model: 'resnet8', macs: 442_368 + 4_718_592 + 2 * 3_670_016 + 640 });
    }
    const shares = selfTestingIn(events).map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(new Set(selfTestingIn(events).map(({ message }) => message))).toContain('Training ResNet-8');
    expect(await lab.plan(experiment)).toMatchObject([
      { estimatedMs: expect.any(Number) as number, estimatedFrom: 'self-test' },
    ]);
    await lab.close();
    const again = await openTestLab(folder, patient);
    expect((await again.lab.deviceStatus({})).selfTests).toEqual(status.selfTests);
  },
);

test('a cancelled self-test ends its process and keeps nothing of it', async () => {
  const { lab } = await openTestLab(undefined, patient);
  await lab.selfTest({ engine: 'wasm', steps: 1000 });
  await untilDevice(lab, ({ selfTesting }) => selfTesting?.message === 'Training ResNet-8');
  const cancelled = performance.now();
  await lab.cancelSelfTest({});
  expect(performance.now() - cancelled).toBeLessThan(5000);
  expect(await lab.deviceStatus({})).toMatchObject({ selfTesting: null, selfTests: [], selfTestFailures: [] });
});

test('the self-test and training never share the machine', async () => {
  const { lab } = await openTestLab(); // its trainers know no self-test: one that begins lasts until it is cancelled
  await lab.selfTest({ engine: 'wasm' });
  await expect(lab.selfTest({})).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [0, scripts.untilStopped] }));
  const [first = 0, endless = 0] = runIds;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await lab.run({ runId: first })).run.state).toBe('queued');
  await lab.cancelSelfTest({});
  expect((await untilEnded(lab, first)).state).toBe('finished');
  await untilRun(lab, endless, ({ state }) => state === 'running');
  await expect(lab.selfTest({})).rejects.toMatchObject({
    code: 'DEVICE_BUSY',
    message: expect.stringContaining(`Run ${endless} is training`) as string,
  });
});

test('a process that breaks down is told as a failure, and the lab goes on', async () => {
  const { lab } = await openTestLab(undefined, { ...patient, launcher: nodeTrainers('/nowhere.ts') });
  await lab.selfTest({ engine: 'wasm' });
  const { selfTestFailures } = await untilDevice(lab, ({ selfTesting }) => selfTesting === null);
  expect(selfTestFailures).toEqual([expect.stringMatching(/^wasm, float32: The self-test was cut short.*nowhere/)]);
  await lab.selfTest({ engine: 'wasm' });
  await lab.cancelSelfTest({});
});
