import type { RunDetail, RunState, RunSummary } from '../../shared/run.ts';
import { canonicalJson, groupConfigOf, type RunConfig } from '../../shared/runConfig.ts';
import { fakeEnvironment } from './machine.ts';
import { fakeEpoch, fakeStep, stepsOfEpoch, wobble } from './training.ts';

const checkpointBytes = 750_000;
const startedAt = Date.parse('2026-11-23T15:00:00Z');

/** Stands for the SHA-256 of the configuration without the seed. */
export const hashOf = (config: RunConfig): string => {
  const text = canonicalJson(groupConfigOf(config));
  return Array.from({ length: 8 }, (_, part) =>
    Math.floor((wobble(`${part} ${text}`) + 1) * 2 ** 31)
      .toString(16)
      .padStart(8, '0')
      .slice(-8),
  ).join('');
};

/** A run that waits. */
export const queuedRun = (
  names: Pick<RunSummary, 'id' | 'experimentId' | 'experimentName' | 'createdAt'>,
  config: RunConfig,
): RunDetail => ({
  run: {
    ...names,
    groupHash: hashOf(config),
    config,
    state: 'queued',
    reason: null,
    stopRequested: null,
    startedAt: null,
    endedAt: null,
    epochsDone: 0,
    bestTestAccuracy: null,
    bestEpoch: null,
    lastTestAccuracy: null,
    imagesPerSecond: null,
    activeMs: 0,
    checkpointBytes: 0,
    peakStepBytes: null,
  },
  environment: null,
  epochs: [],
  steps: [],
  log: [],
  checkpoints: [],
});

/** Adds a finished epoch to the run. */
export const addEpoch = (detail: RunDetail, epoch: number): void => {
  const metrics = fakeEpoch(detail.run.config, epoch);
  detail.epochs.push(metrics);
  const best = detail.epochs.reduce((a, b) => (b.testAccuracy > a.testAccuracy ? b : a));
  detail.run = {
    ...detail.run,
    epochsDone: epoch,
    bestTestAccuracy: best.testAccuracy,
    bestEpoch: best.epoch,
    lastTestAccuracy: metrics.testAccuracy,
    imagesPerSecond: metrics.imagesPerSecond,
    activeMs: metrics.activeMs,
    checkpointBytes: 2 * checkpointBytes,
    peakStepBytes: metrics.peakStepBytes,
  };
  const step = epoch * stepsOfEpoch(detail.run.config);
  const checkpoint = {
    fileName: `epoch-${String(epoch).padStart(4, '0')}-step-${String(step).padStart(8, '0')}.ckpt`,
    ...{ epoch, epochStep: 0, step, sizeBytes: checkpointBytes, sha256: '0'.repeat(64) },
  };
  detail.checkpoints = [checkpoint, ...detail.checkpoints].slice(0, 2);
};

/** Makes the run one that ended in the past. */
export const backfill = (
  detail: RunDetail,
  minutes: number,
  state: RunState = 'finished',
  reason: string | null = null,
): void => {
  const { config } = detail.run;
  const epochs = state === 'finished' ? config.epochs : Math.max(0, Math.ceil(config.epochs / 2));
  detail.environment = fakeEnvironment;
  for (let step = 10; step <= epochs * stepsOfEpoch(config); step += 10) detail.steps.push(fakeStep(config, step));
  for (let epoch = 1; epoch <= epochs; epoch++) addEpoch(detail, epoch);
  const started = startedAt + minutes * 60_000;
  const at = (offsetMs: number): string => new Date(started + offsetMs).toISOString();
  detail.run = { ...detail.run, state, reason, startedAt: at(0), endedAt: at(detail.run.activeMs + 5000) };
  detail.log = [
    { at: at(0), level: 'info', text: 'TensorFlow 2.21.0 (CPU), 8 threads' },
    {
      at: at(400),
      level: 'info',
      text: `Decoded the data set: ${(config.dataset.trainSubset ?? 60000).toLocaleString('en')} training images`,
    },
    ...detail.epochs.map((epoch) => ({
      at: at(epoch.activeMs),
      level: 'info' as const,
      text: `Epoch ${epoch.epoch}: test accuracy ${(epoch.testAccuracy * 100).toFixed(2)} %`,
    })),
    ...(reason === null ? [] : [{ at: at(detail.run.activeMs), level: 'error' as const, text: reason }]),
  ];
};
