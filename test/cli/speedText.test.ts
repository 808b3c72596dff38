import { expect, test } from 'vitest';
import { speedBaseOf, type ToldSpeed } from '../../shared/speed.ts';
import { speedText } from '../../src-main/cli/speedText.ts';
import { sam } from '../lab/fixtures/configs.ts';
import { groupOf } from '../lab/fixtures/groups.ts';
import { environmentOf, phaseMs } from '../lab/fixtures/metrics.ts';

const measured = (batchSize: number, trainExamples: number): ToldSpeed => ({
  ...{ at: '2026-01-01T00:00:00.000Z', processes: 1, stepsPerRound: 4, endedBy: 'narrow', limitMs: 60_000 },
  base: speedBaseOf({ ...groupOf(sam, []).config, batchSize }),
  arms: [{ optimizer: sam, climbingShare: 1, roundMs: [10], stepMs: 10, phaseMs, relativeSpeed: null }],
  environment: environmentOf({ trainExamples }),
});

test('images/s count what a step holds: a batch, or all images where there are fewer', () => {
  // 50 images in 10 ms.
  expect(speedText(measured(50, 100))).toMatch(/SAM +10\.00 +5,000 [^]*, batches of 50, TensorFlow/);
  // A batch of 1,000 of 100 images holds 100: in 10 ms.
  expect(speedText(measured(1000, 100))).toMatch(/SAM +10\.00 +10,000 [^]*, batches of 100, all there are, TensorFlow/);
});
