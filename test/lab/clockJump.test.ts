import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import { labApi } from '../../shared/labApi.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { experimentOf, shared } from './fixtures/configs.ts';
import { labOptions } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';

const entry = fileURLToPath(new URL('../../src-main/trainer/process.ts', import.meta.url));
const jumping = new URL('./fixtures/jumpingClock.ts', import.meta.url).href;
const yearMs = 365 * 24 * 3_600_000;
const slow = { timeout: 300_000 };

afterEach(() => void vi.useRealTimers());

test(
  'clocks that jump by years, in the lab and in its trainers, cost no run its time, its epochs or its place',
  slow,
  async () => {
    const launcher = nodeTrainers(entry, { NODE_OPTIONS: `--import=${jumping}` });
    const { limits } = labOptions('');
    const { lab, events } = await openTestLab(undefined, {
      launcher,
      limits: { stopMs: 30_000, ...limits, silenceMs: 60_000 },
    });
    vi.useFakeTimers({ toFake: ['Date'] });
    const real = performance.timeOrigin;
    let jumps = 0;
    const jump = (): void => void vi.setSystemTime(real + performance.now() + (++jumps % 2 === 0 ? yearMs : -yearMs));
    const heard = (event: LabEvent): void => {
      if (event.type === 'epochFinished' || event.type === 'analysisChanged') jump();
    };
    jump();
    lab.onEvent(heard);
    const began = performance.now();
    const { runIds } = await lab.enqueue(
      experimentOf({ seeds: [1, 2], shared: { ...shared, dataset: { ...shared.dataset, testSubset: 50 }, epochs: 3 } }),
    );
    const ended = await Promise.all(runIds.map((id) => untilEnded(lab, id)));
    const tookMs = performance.now() - began;
    expect(ended.map(({ state }) => state)).toEqual(['finished', 'finished']);
    for (const runId of runIds) {
      const { epochs, log } = await lab.run({ runId });
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      const times = epochs.flatMap(({ trainMs, evaluationMs, activeMs }) => [trainMs, evaluationMs, activeMs]);
      for (const ms of times) expect(ms).toBeGreaterThan(0);
      for (const ms of times) expect(ms).toBeLessThan(tookMs);
      expect(log.map(({ text }) => text).join('\n')).not.toMatch(/silent|not been heard/i);
    }
    // Every answer that tells of time is one, and fits the contract.
    const { ids } = await lab.analyse({
      runIds: runIds.slice(0, 1),
      settings: analysisSettingsSchema.parse({ kind: 'landscape', points: 3, examples: 2 }),
    });
    await expect
      .poll(async () => labApi.analyses.output.parse(await lab.analyses({})).find(({ id }) => id === ids[0])?.state, {
        timeout: 120_000,
      })
      .toBe('finished');
    const left = events.flatMap((event) => (event.type === 'analysisChanged' ? [event.analysis.msLeft ?? 0] : []));
    for (const ms of left) expect(ms).toBeGreaterThanOrEqual(0);
    for (const ms of left) expect(ms).toBeLessThan(yearMs / 2);
    expect(jumps).toBeGreaterThan(6);
  },
);
